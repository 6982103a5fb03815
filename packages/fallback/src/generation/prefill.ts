import type { Executor } from '../execution/executor.js';
import type { Sequence } from '../memory/sequence.js';
import type { JobHost } from './job.js';

/**
 * Brings a prompt into a sequence, in chunks with progress; what the sequence begins with already is kept.
 * At least the last token is computed, so that its logits can be had.
 * @returns how many tokens were there already, and which row of the last step is the prompt's last token
 */
export async function prefill(
  executor: Executor, sequence: Sequence, prompt: Uint32Array, host: JobHost,
): Promise<{ readonly cachedTokens: number; readonly lastRow: number }> {
  const cachedTokens = sequence.keepPrefix(prompt, prompt.length - 1);
  const report = (processedTokens: number): void =>
    host.emit({ type: 'prefill-progress', processedTokens, totalTokens: prompt.length, cachedTokens });
  report(cachedTokens);
  let lastRow = 0;
  while (sequence.length < prompt.length) {
    const chunk = [...prompt.subarray(sequence.length, sequence.length + executor.limits.tokens)];
    await executor.forward([{ sequence, tokens: chunk }], host.pacer);
    lastRow = chunk.length - 1;
    report(sequence.length);
  }
  return { cachedTokens, lastRow };
}
