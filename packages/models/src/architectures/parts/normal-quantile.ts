const central = {
  numerator: [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239],
  denominator: [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1],
};
const tail = {
  numerator: [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783],
  denominator: [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
};
const tailBelow = 0.02425;

/**
 * Below it lies the given share of a standard normal distribution, to a relative error of 1.2e-9.
 * Source: Peter J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function".
 */
export function normalQuantile(share: number): number {
  if (share > 0.5) return -normalQuantile(1 - share);
  if (share < tailBelow) return ratio(tail, Math.sqrt(-2 * Math.log(share)));
  const centred = share - 0.5;
  return centred * ratio(central, centred * centred);
}

function ratio({ numerator, denominator }: typeof central, x: number): number {
  return polynomial(numerator, x) / polynomial(denominator, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
