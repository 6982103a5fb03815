import { describeValue } from '../checks/check-number.js';
import type { EngineStreamPart } from './engine-stream-part.js';

/** What is wrong with a part that an implementer yielded, who may write plain JavaScript; `undefined` where it is fine. */
export function problemOfPart(part: EngineStreamPart): string | undefined {
  if (typeof part !== 'object' || part === null) return describeValue(part);
  switch (part.type) {
    case 'text-delta':
      if (typeof part.text !== 'string') return `text-delta.text: ${describeValue(part.text)}`;
      if (part.logProbabilities !== undefined && !Array.isArray(part.logProbabilities)) {
        return `text-delta.logProbabilities: ${describeValue(part.logProbabilities)}`;
      }
      return part.usage === undefined ? undefined : problemOfCounts('text-delta.usage', part.usage, usageCounts);
    case 'prefill-progress':
      return problemOfCounts('prefill-progress', part, ['processedTokens', 'totalTokens', 'cachedTokens']);
    case 'finish':
      if (part.reason !== 'stop' && part.reason !== 'length') return `finish.reason: ${describeValue(part.reason)}`;
      return problemOfCounts('finish.usage', part.usage, usageCounts);
    default:
      return `type: ${describeValue((part as { readonly type: unknown }).type)}`;
  }
}

const usageCounts: readonly string[] = ['promptTokens', 'completionTokens'];

function problemOfCounts(name: string, counts: object | undefined, keys: readonly string[]): string | undefined {
  if (typeof counts !== 'object' || counts === null) return `${name}: ${describeValue(counts)}`;
  for (const key of keys) {
    const value = (counts as Readonly<Record<string, unknown>>)[key];
    if (!Number.isInteger(value) || (value as number) < 0) return `${name}.${key}: ${describeValue(value)}`;
  }
  return undefined;
}
