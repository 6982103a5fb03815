import { throwIfAborted, type WeightSource } from '@mlxengine/core';
import type { ModelPlan } from '../lowering/plan-model.js';
import type { TensorFile } from './protocol.js';
import type { RuntimeClient } from './runtime-client.js';

/** How to load weights into a runtime. */
export interface LoadWeightsOptions {
  readonly plan: ModelPlan;
  readonly source: WeightSource;
  readonly client: RuntimeClient;
  /** Whether the runtime can read local files itself. */
  readonly files: boolean;
  readonly onProgress?: ((progress: { readonly loadedBytes: number; readonly totalBytes: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings all weights into a runtime's memory: it reads those in local files itself, the others go over one after
 * another, so that there is never more than one tensor beside the model.
 */
export async function loadWeights({ plan, source, client, files, onProgress, signal }: LoadWeightsOptions): Promise<void> {
  const totalBytes = plan.weightBytes;
  let loadedBytes = 0;
  const onRead = (bytes: number): void => onProgress?.({ loadedBytes: (loadedBytes += bytes), totalBytes });
  const local: TensorFile[] = [];
  const others: number[] = [];
  plan.tensors.forEach(({ name }, index) => {
    const location = files ? source.location(name) : undefined;
    if (location === undefined) others.push(index);
    else local.push({ index, ...location });
  });
  if (local.length > 0) await client.run({ command: { type: 'read-tensors', tensors: local }, signal, onRead });
  // In the source's own order, which is that of a file, so that small reads become large ones on a network.
  const order = new Map([...source.tensors.keys()].map((name, position) => [name, position]));
  const positionOf = (index: number): number => order.get(plan.tensors[index]?.name ?? '') ?? 0;
  for (const index of others.sort((first, second) => positionOf(first) - positionOf(second))) {
    const tensor = plan.tensors[index];
    if (tensor === undefined) continue;
    throwIfAborted(signal, 'Loading the weights');
    const bytes = new Uint8Array(tensor.byteLength);
    await source.read(tensor.name, { into: bytes, ...(signal && { signal }) });
    await client.run({ command: { type: 'write-tensor', index, bytes }, transfer: [bytes.buffer], signal });
    onRead(tensor.byteLength);
  }
}
