import type { BackendModel, SamplingParameters, TokenRequest } from '@mlxengine/core/backend';

export const greedy: SamplingParameters = { temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0 };

/** Some ids, the same for the same salt. */
export function promptOf(length: number, salt = 1): number[] {
  return Array.from({ length }, (_, index) => (index * 31 + salt * 17 + ((index * index) % 7)) % 96);
}

export function request(prompt: readonly number[], options: Partial<TokenRequest> = {}): TokenRequest {
  return { prompt, maxTokens: 8, stopTokens: [], sampling: greedy, ...options };
}

/** All tokens of a generation. */
export async function tokensOf(model: BackendModel, asked: TokenRequest, signal?: AbortSignal): Promise<number[]> {
  const tokens: number[] = [];
  for await (const batch of model.generate(asked, signal && { signal })) if (batch.type === 'tokens') tokens.push(...batch.tokens);
  return tokens;
}
