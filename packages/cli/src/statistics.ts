import process from 'node:process';
import type { GenerateResult } from '@mlxengine/core';
import type { InferenceEngine } from '@mlxengine/engine';

/** Most memory that this process has held, in bytes. */
export function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/** What `--stats` prints. */
export function describeStatistics(engine: InferenceEngine, result: GenerateResult): string {
  const rows: [string, string][] = [
    ['backend', `${engine.backendSelection.backend} on ${engine.device.name}, ${engine.dtype}`],
    ['load', `${milliseconds(engine.loadMs)}`],
  ];
  const { usage, timings } = result;
  if (usage !== undefined && timings !== undefined) {
    const computed = usage.promptTokens - (usage.cachedPromptTokens ?? 0);
    rows.push(
      ['first token', milliseconds(timings.timeToFirstTokenMs)],
      ['prefill', `${perSecond(computed, timings.prefillMs)} (${usage.promptTokens} prompt tokens, ${usage.cachedPromptTokens ?? 0} cached)`],
      ['decode', `${perSecond(usage.completionTokens - 1, timings.decodeMs)} (${usage.completionTokens} tokens)`],
    );
  }
  if (result.seed !== undefined) rows.push(['seed', String(result.seed)]);
  rows.push(['peak memory', `${Math.round(peakMemoryBytes() / 2 ** 20)} MiB`]);
  return rows.map(([name, value]) => `${name.padEnd(12)} ${value}\n`).join('');
}

function milliseconds(value: number): string {
  return `${Math.round(value)} ms`;
}

function perSecond(tokens: number, ms: number): string {
  return tokens > 0 && ms > 0 ? `${((1000 * tokens) / ms).toFixed(1)} tokens/s` : '–';
}
