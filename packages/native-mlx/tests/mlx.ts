import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendModel, SamplingParameters, TokenRequest } from '@mlxengine/core/backend';
import { probeMLX } from '../src/index.js';
import { packageRoot } from '../src/loading/package-root.js';

const probe = await probeMLX();

/** What keeps MLX from running here; empty where nothing does. */
export const missing: string = probe.available ? '' : (probe.checks.find(({ ok }) => !ok)?.detail ?? 'MLX');

const checkpoint = join(packageRoot(), '..', 'starter-model', 'checkpoint');

/** Folder of the starter model. */
export const starterCheckpoint: string = checkpoint;

/** What keeps the starter model from running here; empty where nothing does. */
export const starterMissing: string = missing || (existsSync(join(checkpoint, 'model.safetensors')) ? '' : 'the starter model is not built');

/** A suite's name, which says what is missing where it is skipped. */
export function suiteName(name: string, reason: string): string {
  return reason === '' ? name : `${name} (skipped, because ${reason})`;
}

export const greedy: SamplingParameters = { temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0 };

/** All tokens of an answer. */
export async function generateTokens(model: BackendModel, request: Partial<TokenRequest> & Pick<TokenRequest, 'prompt'>): Promise<number[]> {
  const tokens: number[] = [];
  for await (const batch of model.generate({ maxTokens: 16, stopTokens: [], sampling: greedy, ...request })) {
    if (batch.type === 'tokens') tokens.push(...batch.tokens);
  }
  return tokens;
}
