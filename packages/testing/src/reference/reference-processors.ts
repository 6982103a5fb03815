import type { SamplingParameters } from '@mlxengine/core/backend';

/**
 * Logits as biases and penalties leave them, in mlx-lm's order.
 * @param history - prompt and answer so far
 */
export function processLogits(logits: Float32Array, history: readonly number[], sampling: SamplingParameters): Float32Array {
  const { repetitionPenalty = 1, repetitionContext, presencePenalty = 0, presenceContext, frequencyPenalty = 0, frequencyContext } = sampling;
  const processed = logits.slice();
  const change = (token: number, by: (logit: number) => number): void => void (processed[token] = by(processed[token] as number));
  for (const [token, bias] of sampling.logitBias ?? []) change(token, (logit) => logit + bias);
  if (repetitionPenalty !== 0) {
    for (const token of new Set(last(history, repetitionContext))) {
      change(token, (logit) => (logit < 0 ? logit * repetitionPenalty : logit / repetitionPenalty));
    }
  }
  for (const token of new Set(last(history, presenceContext))) change(token, (logit) => logit - presencePenalty);
  for (const token of last(history, frequencyContext)) change(token, (logit) => logit - frequencyPenalty);
  return processed;
}

function last(history: readonly number[], count = 20): readonly number[] {
  return history.slice(-count);
}
