import type { FinishBatch, PrefillProgressBatch, SamplingParameters, TokenBatch, TokenRequest } from '@mlxengine/core/backend';
import type { Check } from '../suite/check.js';

/** Greedy sampling. */
export const greedy: SamplingParameters = { temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0 };

/** A greedy request; `changes` win. */
export function request(prompt: readonly number[], changes: Partial<TokenRequest> = {}): TokenRequest {
  return { prompt, maxTokens: 16, stopTokens: [], sampling: greedy, ...changes };
}

/** Token ids that look like text of a given length, the same for the same arguments. */
export function promptOf(length: number, salt = 0): number[] {
  return Array.from({ length }, (_, index) => (index * 31 + salt * 17 + ((index * index) % 7)) % 96);
}

/** A whole stream, taken apart. */
export interface TokenAnswer {
  readonly tokens: readonly number[];
  readonly progress: readonly PrefillProgressBatch[];
  readonly finish: FinishBatch;
}

/** Reads a stream to its end and checks its order: progress, tokens, one finish, nothing after it. */
export async function readAnswer(stream: AsyncIterable<TokenBatch>, check: Check): Promise<TokenAnswer> {
  const tokens: number[] = [];
  const progress: PrefillProgressBatch[] = [];
  let finish: FinishBatch | undefined;
  for await (const batch of stream) {
    check.ok(finish === undefined, `a batch of type ${batch.type} came after the finish batch`);
    if (batch.type === 'finish') finish = batch;
    else if (batch.type === 'tokens') tokens.push(...nonEmpty(batch.tokens, check));
    else if (tokens.length === 0) progress.push(batch);
    else check.fail('prefill progress came after the first token');
  }
  return { tokens, progress, finish: check.defined(finish, 'the finish batch') };
}

function nonEmpty(tokens: Uint32Array, check: Check): Uint32Array {
  check.ok(tokens.length > 0, 'a tokens batch is empty');
  return tokens;
}
