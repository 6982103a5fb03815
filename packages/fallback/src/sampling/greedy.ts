/** The smallest id among the largest logits. */
export function greedyToken(logits: Float32Array): number {
  let best = 0;
  let largest = -Infinity;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token] ?? -Infinity;
    if (logit > largest) {
      largest = logit;
      best = token;
    }
  }
  return best;
}
