import { applyMask } from '../sampling/apply-mask.js';
import { sampleToken } from '../sampling/sample-token.js';
import type { GenerateJob, JobHost } from './job.js';

/** Next tokens of a generation: one that is drawn, or those that its constraint forces. */
export async function chooseTokens(
  logits: () => Promise<Float32Array>, job: GenerateJob, host: JobHost, generated: number, accepted: readonly number[],
): Promise<readonly number[]> {
  if (!job.constrained) return [sampleToken(await logits(), job.sampling, generated)];
  const answer = await host.constrain(accepted, false);
  if (answer !== undefined && 'forced' in answer && answer.forced.length > 0) return answer.forced;
  const row = await logits();
  if (answer !== undefined && 'mask' in answer) applyMask(row, answer.mask);
  return [sampleToken(row, job.sampling, generated)];
}
