import { expect, test } from 'vitest';
import { mlxExp } from './mlx-exp.js';

test('is the exponential but for some of its last bits', () => {
  for (let value = -20; value <= 20; value += 0.37) expect(mlxExp(Math.fround(value)) / Math.exp(Math.fround(value))).toBeCloseTo(1, 5);
  expect(mlxExp(0)).toBe(1);
});

test('gives the very frequencies that MLX has on a CPU', () => {
  const found = [0.0, -0.2878231406211853, -2.0147619247436523, -3.7417008876800537, -8.63469409942627].map(mlxExp);
  expect(found).toEqual([1.0, 0.7498942017555237, 0.1333521455526352, 0.0237137358635664, 0.00017782791110221297]);
});
