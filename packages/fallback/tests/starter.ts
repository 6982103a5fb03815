import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendModel, InferenceBackend } from '@mlxengine/core/backend';
import { readCheckpoint } from '@mlxengine/models';
import { openStarterModel } from '@mlxengine/starter-model';

/** Folder of the starter model. */
export const starterCheckpoint: string = join(import.meta.dirname, '../../starter-model/checkpoint');

/** What keeps the starter model from running here; empty where nothing does. */
export const starterMissing: string = existsSync(join(starterCheckpoint, 'model.safetensors')) ? '' : 'the starter model is not built';

/** A suite's name, which says what is missing where it is skipped. */
export function suiteName(name: string, reason: string): string {
  return reason === '' ? name : `${name} (skipped, because ${reason})`;
}

/** A conversation as SmolLM2's template writes it: "What is the capital of France?", up to where the answer begins. */
export const capitalOfFrance: readonly number[] = [
  1, 9690, 198, 2683, 359, 253, 5356, 5646, 11173, 3365, 3511, 308, 34519, 28, 7018, 411, 407, 19712, 8182, 2, 198, 1, 4093, 198, 1780, 314, 260, 3575,
  282, 4649, 47, 2, 198, 1, 520, 9531, 198,
];

/** "The capital of France is Paris." and the end. */
export const paris: readonly number[] = [504, 3575, 282, 4649, 314, 7042, 30, 2];

/** SmolLM2-135M-Instruct: 4 bit, the embedding that is also its head 8 bit. */
export async function loadStarterModel(backend: InferenceBackend): Promise<BackendModel> {
  const { graph, weights } = await readCheckpoint(await openStarterModel());
  return backend.loadModel(graph, weights);
}
