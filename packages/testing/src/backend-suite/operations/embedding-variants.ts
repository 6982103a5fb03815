import type { PoolMode, ValueId } from '@mlxengine/core/graph';
import { GraphDraft } from '../../graph-draft/graph-draft.js';
import { attend, type AttendOptions } from './attention-variants.js';
import { contextLength, hiddenSize, vocabularySize, type OperationVariant } from './operation-variant.js';

/** Segments of the graphs that have them. */
export const tokenTypeCount = 2;

interface EncoderOptions {
  readonly attention?: AttendOptions;
  readonly pool?: PoolMode;
  /** Of the pooled vector; default: left as it is. */
  readonly end?: (draft: GraphDraft, pooled: ValueId) => ValueId;
  /** Whether the vectors of all tokens are an output; default true. */
  readonly hidden?: boolean;
}

/** One layer of an encoder: embeddings of tokens, positions and segments, attention without a cache, a norm and a pool. */
function encoder(name: string, { attention = {}, pool, end, hidden: given = true }: EncoderOptions): OperationVariant {
  const draft = new GraphDraft();
  const ids = (type: 'positions' | 'tokenTypes'): ValueId =>
    draft.add(type === 'positions' ? { type, offset: 1 } : { type }, [], { dtype: 'int32' });
  const tokens = draft.embedding(draft.tokens(), 'embed', [vocabularySize, hiddenSize]);
  const placed = draft.sum(tokens, draft.embedding(ids('positions'), 'positions', [contextLength + 1, hiddenSize]));
  const embedded = draft.sum(placed, draft.embedding(ids('tokenTypes'), 'segments', [tokenTypeCount, hiddenSize]));
  const attended = draft.linear('out', draft.flatten(attend(draft, embedded, { state: null, causal: false, ...attention })), hiddenSize);
  const hidden = draft.rmsNorm(draft.sum(embedded, attended), 'norm', 1e-5);
  const pooled = pool && draft.add({ type: 'pool', mode: pool, input: hidden }, [hiddenSize], { leading: 'sequences' });
  const outputs = { ...(given && { hidden }), ...(pooled !== undefined && { pooled: end?.(draft, pooled) ?? pooled }) };
  return { name, graph: draft.finish({ architecture: 'encoder', outputs, vocabularySize, contextLength }) };
}

const normalized = (draft: GraphDraft, pooled: ValueId): ValueId =>
  draft.add({ type: 'l2Norm', input: pooled, epsilon: 1e-12 }, [hiddenSize], { leading: 'sequences' });

const labels = (draft: GraphDraft, pooled: ValueId): ValueId =>
  draft.linear('labels', draft.unary('tanh', draft.linear('dense', pooled, hiddenSize, true)), 3, true);

/** Graphs that make vectors, by test. */
export const embeddingSubjects: readonly { readonly name: string; readonly variants: readonly OperationVariant[] }[] = [
  { name: 'the mean of all tokens', variants: [encoder('mean', { pool: 'mean' }), encoder('mean without hidden', { pool: 'mean', hidden: false })] },
  { name: 'the greatest elements', variants: [encoder('max', { pool: 'max' })] },
  { name: 'the first token', variants: [encoder('first', { pool: 'first' })] },
  { name: 'the last token', variants: [encoder('last', { pool: 'last', attention: { causal: true } })] },
  {
    name: 'normalized vectors and scores of labels',
    variants: [encoder('normalized', { pool: 'mean', end: normalized }), encoder('labels', { pool: 'first', end: labels })],
  },
  {
    name: 'attention without a cache',
    variants: [
      encoder('in both directions', {}),
      encoder('in both directions in a window', { attention: { window: 4 } }),
      encoder('causal', { attention: { causal: true } }),
      encoder('causal in a window', { attention: { causal: true, window: 3 } }),
      encoder('capped, with sinks', { attention: { softcap: 1.5, sinks: 'sinks' } }),
      encoder('in heads of 64', { attention: { size: 64, window: 6 } }),
    ],
  },
];
