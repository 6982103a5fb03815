import type { OpenedModel } from '@mlxengine/engine';
import type { RequestProfile, TokenStatistics } from '@mlxengine/core/backend';
import { ContextLengthError, EngineError } from '@mlxengine/core';
import { peakMemoryBytes } from '../statistics.js';

/** What to measure. */
export interface MeasureOptions {
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

/** One line of `mlxengine bench --json`. */
export interface Measurement {
  readonly model: string;
  readonly backend: string;
  readonly device: string;
  readonly dtype: string;
  /** From the call until the model was ready, in milliseconds. */
  readonly loadMs: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** From the request to the first token at hand, in milliseconds. */
  readonly timeToFirstTokenMs: number;
  /** Prompt tokens by the backend's time for them. */
  readonly prefillTokensPerSecond: number;
  /** Tokens after the first, by the time after it. */
  readonly decodeTokensPerSecond: number;
  /** Most memory that the process has held. */
  readonly peakMemoryBytes: number;
  /** Most memory of the device, as the backend counts it. */
  readonly backendPeakMemoryBytes: number;
}

/** Generates once to warm up and once to measure: greedy, no end of sequence, nothing from the prefix cache. */
export async function measure(opened: OpenedModel, options: MeasureOptions): Promise<Measurement> {
  const { prompt, maxTokens, signal } = options;
  const { contextLength } = opened.checkpoint.graph;
  if (prompt.length + maxTokens > contextLength) {
    throw new ContextLengthError('context.exceeded', { promptTokens: prompt.length + maxTokens, contextLength });
  }
  // Another first token, so that the measured prompt finds nothing in the prefix cache.
  const other = (prompt[0] ?? 0) === 0 ? 1 : 0;
  await generate(opened, { prompt: [other, ...prompt.slice(1)], maxTokens: 4, signal });
  const { firstTokenMs, statistics } = await generate(opened, options);
  const { promptTokens, completionTokens, prefillMs, decodeMs } = statistics;
  return {
    model: opened.checkpoint.configuration.id,
    backend: opened.backend.name,
    device: opened.backend.device.name,
    dtype: opened.model.dtype,
    loadMs: opened.loadMs,
    promptTokens,
    completionTokens,
    timeToFirstTokenMs: firstTokenMs,
    prefillTokensPerSecond: (1000 * promptTokens) / prefillMs,
    decodeTokensPerSecond: (1000 * (completionTokens - 1)) / decodeMs,
    peakMemoryBytes: peakMemoryBytes(),
    backendPeakMemoryBytes: opened.backend.memory().peakBytes,
  };
}

/** Where the time of such a run goes. The prompt is another than the measured one, so that all of it is computed. */
export async function profileRun(opened: OpenedModel, { prompt, ...options }: MeasureOptions): Promise<RequestProfile> {
  const other = [2, 3].find((token) => token !== prompt[0]) ?? 2;
  const { profile } = await generate(opened, { ...options, prompt: [other, ...prompt.slice(1)], profile: true });
  if (profile === undefined) throw new EngineError('engine.generation-failed', { reason: 'the backend told no profile' });
  return profile;
}

async function generate(
  { model }: OpenedModel,
  { prompt, maxTokens, signal, profile = false }: MeasureOptions & { readonly profile?: boolean },
): Promise<{ readonly firstTokenMs: number; readonly statistics: TokenStatistics; readonly profile?: RequestProfile | undefined }> {
  const greedy = { temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0 };
  const start = performance.now();
  let firstTokenMs = 0;
  for await (const batch of model.generate({ prompt, maxTokens, stopTokens: [], sampling: greedy, ...(profile && { profile }) }, { signal })) {
    if (batch.type === 'tokens' && firstTokenMs === 0) firstTokenMs = performance.now() - start;
    if (batch.type === 'finish') return { firstTokenMs, statistics: batch.statistics, profile: batch.profile };
  }
  throw new EngineError('engine.generation-failed', { reason: 'the backend ended without saying how' });
}
