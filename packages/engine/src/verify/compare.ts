/** Greatest absolute difference; `Infinity` where one is not a number or the lengths differ. */
export function maxAbsError(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < expected.length; i += 1) {
    if (found[i] === expected[i]) continue;
    const difference = Math.abs((found[i] as number) - (expected[i] as number));
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}

/** How near two sets of logits `[n, columns]` are as probabilities. */
export interface DistributionError {
  /** Mean over the rows of the Kullback-Leibler divergence KL(expected ‖ found), in nats. */
  readonly meanKL: number;
  /** Share of rows whose greatest logit is at the same place. */
  readonly top1Agreement: number;
}

/** Compares row by row. */
export function distributionError(found: Float32Array, expected: Float32Array, columns: number): DistributionError {
  const rows = expected.length / columns;
  let [divergence, agreeing] = [0, 0];
  for (let row = 0; row < rows; row += 1) {
    const [a, b] = [found, expected].map((logits) => logSoftmax(logits.subarray(row * columns, (row + 1) * columns))) as [Float64Array, Float64Array];
    b.forEach((logP, i) => {
      if (logP > -Infinity) divergence += Math.exp(logP) * (logP - (a[i] as number));
    });
    if (argMax(a) === argMax(b)) agreeing += 1;
  }
  return { meanKL: Math.max(0, divergence / rows), top1Agreement: agreeing / rows };
}

function logSoftmax(logits: Float32Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return Float64Array.from(logits, (logit) => logit - largest - Math.log(sum));
}

function argMax(values: Float64Array): number {
  let best = 0;
  values.forEach((value, i) => {
    if (value > (values[best] as number)) best = i;
  });
  return best;
}
