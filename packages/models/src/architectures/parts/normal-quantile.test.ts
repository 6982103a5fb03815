import { expect, test } from 'vitest';
import { normalQuantile } from './normal-quantile.js';

test.for([[0.5, 0], [0.975, 1.959963984540054], [0.95, 1.6448536269514722], [0.01, -2.3263478740408408], [0.3, -0.5244005127080407]] as const)(
  'below it lies %d of a normal distribution: %d',
  ([share, expected]) => {
    expect(normalQuantile(share)).toBeCloseTo(expected, 8);
  },
);
