import type { WeightSource } from '@mlxengine/core';
import type { ModelPlan } from '../lowering/plan-model.js';
import type { TensorFile } from './protocol.js';
import type { RuntimeClient } from './runtime-client.js';
import { sendTensors } from './send-tensors.js';

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

/** Brings all weights into a runtime's memory: it reads those in local files itself, the others go over in pieces. */
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
  const indices = others.sort((first, second) => positionOf(first) - positionOf(second));
  await sendTensors({ plan, indices, source, client, onRead, signal });
}
