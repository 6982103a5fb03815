import type { BackendModel, ScoreResult } from '@mlxengine/core/backend';
import type { Check } from '../suite/check.js';

/** Fails where two scores of the same tokens differ by more than the tolerance anywhere. */
export function compareScores(found: ScoreResult, expected: ScoreResult, tolerance: number, what: string, check: Check): void {
  const logits = check.defined(found.logits, `${what}: logits`);
  compareNumbers(logits, expected.logits as Float32Array, tolerance, `${what}: logits`, check);
  compareNumbers(found.logProbabilities, expected.logProbabilities, 2 * tolerance, `${what}: log-probabilities`, check);
}

/** Scores tokens in the backend and in the reference, and compares. */
export async function compareWithReference(
  { subject, reference }: { readonly subject: BackendModel; readonly reference: BackendModel },
  tokens: readonly number[],
  tolerance: number,
  what: string,
  check: Check,
): Promise<void> {
  const [found, expected] = [await subject.score({ tokens, logits: true }), await reference.score({ tokens, logits: true })];
  compareScores(found, expected, tolerance, what, check);
}

/** Fails where two lists of numbers differ by more than the tolerance anywhere. */
export function compareNumbers(found: Float32Array, expected: Float32Array, tolerance: number, what: string, check: Check): void {
  check.equal(found.length, expected.length, `${what}: length`);
  let worst = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs((found[i] as number) - (expected[i] as number));
    if (distance <= difference) continue;
    [worst, difference] = [i, distance];
    if (Number.isNaN(distance)) break;
  }
  check.ok(difference <= tolerance, `${what}: number ${worst} is ${found[worst]}, expected ${expected[worst]} to ${tolerance}`);
}
