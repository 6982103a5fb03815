import type { JsonNode } from '../json-node.js';

/** What becomes of the matches of a pattern that text is split by. */
export type SplitBehavior = 'Removed' | 'Isolated' | 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous';

interface Span {
  start: number;
  end: number;
  readonly isMatch: boolean;
}

/** Splits text as Python's tokenizers do: pieces in order, none empty. */
export function split(text: string, pattern: RegExp, behavior: SplitBehavior, invert: boolean): string[] {
  const spans = merge(allSpans(text, pattern, invert), behavior);
  const pieces: string[] = [];
  for (const { start, end } of spans) if (end > start) pieces.push(text.slice(start, end));
  return pieces;
}

/** Reads a behaviour; tokenizer.json has it in two spellings (`Isolated`, `isolated`, `merged_with_next`). */
export function splitBehavior(node: JsonNode, fallback?: SplitBehavior): SplitBehavior {
  if (node.isNothing && fallback !== undefined) return fallback;
  const wanted = node.string().replaceAll('_', '').toLowerCase();
  const known: readonly SplitBehavior[] = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];
  const found = known.find((behavior) => behavior.toLowerCase() === wanted);
  return found ?? node.fail(`one of ${known.join(', ')}`);
}

function allSpans(text: string, pattern: RegExp, invert: boolean): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) spans.push({ start: end, end: match.index, isMatch: invert });
    end = match.index + match[0].length;
    spans.push({ start: match.index, end, isMatch: !invert });
  }
  if (end < text.length) spans.push({ start: end, end: text.length, isMatch: invert });
  return spans;
}

function merge(spans: Span[], behavior: SplitBehavior): Span[] {
  switch (behavior) {
    case 'Isolated':
      return spans;
    case 'Removed':
      return spans.filter(({ isMatch }) => !isMatch);
    case 'Contiguous':
      return joinWhere(spans, (previous, span) => previous.isMatch === span.isMatch);
    case 'MergedWithPrevious':
      return joinWhere(spans, (previous, span) => span.isMatch && !previous.isMatch);
    case 'MergedWithNext':
      return joinWhere(spans, (previous, span) => previous.isMatch && !span.isMatch);
  }
}

/** Joins neighbours; what a span is, is decided by the last one that went into it. */
function joinWhere(spans: readonly Span[], joins: (previous: Span, span: Span) => boolean): Span[] {
  const joined: Span[] = [];
  let previous: Span | undefined;
  for (const span of spans) {
    const last = joined.at(-1);
    if (last !== undefined && previous !== undefined && joins(previous, span)) last.end = span.end;
    else joined.push({ ...span });
    previous = span;
  }
  return joined;
}
