import type { FinishBatch } from '@mlxengine/core/backend';
import type { Executor } from '../execution/executor.js';
import type { Sequence } from '../memory/sequence.js';
import { chooseTokens } from './choose-tokens.js';
import type { GenerateJob, JobHost } from './job.js';
import { prefill } from './prefill.js';
import { TokenBuffer } from './token-buffer.js';

/** One generation from prompt to finish. */
export async function generate(executor: Executor, sequence: Sequence, job: GenerateJob, host: JobHost): Promise<void> {
  const started = performance.now();
  const { cachedTokens, lastRow } = await prefill(executor, sequence, job.prompt, host);
  const { tokens, reason, firstAt, lastAt } = await decode(executor, sequence, job, host, lastRow);
  const statistics = {
    promptTokens: job.prompt.length,
    cachedPromptTokens: cachedTokens,
    completionTokens: tokens,
    prefillMs: firstAt - started,
    decodeMs: lastAt - firstAt,
  };
  host.emit({ type: 'finish', reason, statistics });
}

interface Decoded {
  readonly tokens: number;
  readonly reason: FinishBatch['reason'];
  readonly firstAt: number;
  readonly lastAt: number;
}

async function decode(executor: Executor, sequence: Sequence, job: GenerateJob, host: JobHost, lastRow: number): Promise<Decoded> {
  const buffer = new TokenBuffer(host);
  const stops = new Set(job.stopTokens);
  let count = 0;
  let row = lastRow;
  let firstAt = 0;
  let accepted: readonly number[] = [];
  for (;;) {
    const logits = (): Promise<Float32Array> => executor.logits([row], host.pacer);
    const chosen = await chooseTokens(logits, job, host, count, accepted);
    const { kept, reason } = cut(chosen, stops, job.maxTokens - count);
    const now = performance.now();
    if (count === 0) firstAt = now;
    count += kept.length;
    buffer.push(kept, now);
    accepted = kept;
    if (reason !== undefined) {
      buffer.flush(now);
      if (job.constrained) await host.constrain(accepted, true);
      return { tokens: count, reason, firstAt, lastAt: now };
    }
    row = await feed(executor, sequence, kept, host);
  }
}

/** Cuts tokens behind a stop token or at the limit, and says whether that is the end. */
function cut(
  tokens: readonly number[], stops: ReadonlySet<number>, room: number,
): { readonly kept: readonly number[]; readonly reason?: FinishBatch['reason'] } {
  const stop = tokens.findIndex((token) => stops.has(token));
  if (stop >= 0 && stop < room) return { kept: tokens.slice(0, stop + 1), reason: 'stop-token' };
  return tokens.length >= room ? { kept: tokens.slice(0, room), reason: 'length' } : { kept: tokens };
}

async function feed(executor: Executor, sequence: Sequence, tokens: readonly number[], host: JobHost): Promise<number> {
  let last = 0;
  for (let begin = 0; begin < tokens.length; begin += executor.limits.tokens) {
    const chunk = tokens.slice(begin, begin + executor.limits.tokens);
    await executor.forward([{ sequence, tokens: chunk }], host.pacer);
    last = chunk.length - 1;
  }
  return last;
}
