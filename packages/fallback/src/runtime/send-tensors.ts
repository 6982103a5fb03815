import { throwIfAborted, type TensorStream, type WeightSource } from '@mlxengine/core';
import type { ModelPlan } from '../lowering/plan-model.js';
import type { RuntimeClient } from './runtime-client.js';

// Twice this is all that is held beside the model; on a network a piece is a request.
const pieceBytes = 8 * 1024 * 1024;

/** Which tensors go from a source to a runtime. */
export interface SendTensorsOptions {
  readonly plan: ModelPlan;
  /** Of `plan.tensors`, in the order in which to read them. */
  readonly indices: readonly number[];
  readonly source: WeightSource;
  readonly client: RuntimeClient;
  readonly onRead: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Sends tensors piece by piece in two buffers that go back and forth: while the runtime empties one, the source fills the
 * other. What a source makes on reading is so never whole beside the model.
 */
export async function sendTensors({ plan, indices, source, client, onRead, signal }: SendTensorsOptions): Promise<void> {
  const buffers = [0, 1].map(() => Promise.resolve(new ArrayBuffer(bufferBytes(plan, indices))));
  // The length is taken before the bytes leave: afterwards there are none.
  const send = async (index: number, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> => {
    const { length } = bytes;
    const { buffer } = await client.run({ command: { type: 'write-tensor', index, offset, bytes }, transfer: [bytes.buffer], signal });
    onRead(length);
    return buffer as ArrayBuffer;
  };
  for (const index of indices) {
    const { name = '', byteLength = 0 } = plan.tensors[index] ?? {};
    const stream = openTensor(source, name, signal);
    for (let offset = 0; offset < byteLength; offset += pieceBytes) {
      const buffer = await buffers.shift() as ArrayBuffer;
      throwIfAborted(signal, 'Loading the weights');
      const bytes = new Uint8Array(buffer, 0, Math.min(pieceBytes, byteLength - offset));
      await stream.read(bytes);
      const sent = send(index, offset, bytes);
      // Whatever fails is thrown where the buffer is waited for.
      sent.catch(() => undefined);
      buffers.push(sent);
    }
  }
  await Promise.all(buffers);
}

function bufferBytes(plan: ModelPlan, indices: readonly number[]): number {
  const largest = indices.reduce((bytes, index) => Math.max(bytes, plan.tensors[index]?.byteLength ?? 0), 0);
  return Math.min(pieceBytes, largest);
}

function openTensor(source: WeightSource, name: string, signal: AbortSignal | undefined): TensorStream {
  const options = signal === undefined ? {} : { signal };
  if (source.open !== undefined) return source.open(name, options);
  let whole: Promise<Uint8Array> | undefined;
  let offset = 0;
  return {
    read: async (into) => {
      const bytes = await (whole ??= source.read(name, options));
      into.set(bytes.subarray(offset, (offset += into.length)));
    },
  };
}
