import { readCheckpoint } from '@mlxengine/models';
import { openStarterModel } from '@mlxengine/starter-model';
import type { BackendModel } from '@mlxengine/core/backend';
import { createMLXBackend } from '../src/index.js';

/** A conversation as SmolLM2's template writes it: "What is the capital of France?", up to where the answer begins. */
export const capitalOfFrance: readonly number[] = [
  1, 9690, 198, 2683, 359, 253, 5356, 5646, 11173, 3365, 3511, 308, 34519, 28, 7018, 411, 407, 19712, 8182, 2, 198, 1, 4093, 198, 1780, 314, 260, 3575,
  282, 4649, 47, 2, 198, 1, 520, 9531, 198,
];

/** "The capital of France is Paris." and the end. */
export const paris: readonly number[] = [504, 3575, 282, 4649, 314, 7042, 30, 2];

/** SmolLM2-135M-Instruct, 4 bit, on MLX's CPU device in float32. */
export async function loadStarterModel(): Promise<BackendModel> {
  const { graph, weights } = await readCheckpoint(await openStarterModel());
  const backend = await createMLXBackend({ device: 'cpu' });
  return backend.loadModel(graph, weights);
}
