import type { Quantization } from '@mlxengine/core';
import type { ValueId } from '@mlxengine/core/graph';
import type { GraphDraft } from '../../graph-draft/graph-draft.js';
import { attend } from './attention-variants.js';
import { quantizationName, variant, vocabularySize, type OperationSubject } from './operation-variant.js';

const floatQuantizations: readonly Quantization[] = [
  { mode: 'mxfp4', bits: 4, groupSize: 32 },
  { mode: 'nvfp4', bits: 4, groupSize: 16 },
  { mode: 'nvfp4', bits: 4, groupSize: 16, globalScale: true },
  { mode: 'mxfp8', bits: 8, groupSize: 32 },
];

const stackQuantizations: readonly Quantization[] = [
  { mode: 'affine', bits: 2, groupSize: 32 },
  { mode: 'affine', bits: 4, groupSize: 64 },
  { mode: 'affine', bits: 5, groupSize: 32 },
  ...floatQuantizations,
];

/**
 * An embedding in bfloat16 and what is made of it: a product, and values that meet keys in float32. Sums that are rounded are
 * left out: where they are computed on a GPU, MLX rounds them at their end alone.
 */
function addRounded(draft: GraphDraft, hidden: ValueId): ValueId {
  const x = draft.rounded(draft.scale(draft.rounded(hidden), 0.40625));
  const values = draft.rounded(draft.reshape(x, [2, 32]));
  const [queries, keys] = [draft.heads('q', x, 4, 16), draft.heads('k', x, 2, 16)];
  const state = draft.state({ type: 'kv', name: 'rounded', heads: 2, keyDimension: 16, valueDimension: 32 });
  const attended = draft.add({ type: 'attention', queries, keys, values, state, scale: 0.5, causal: true }, [4, 32]);
  return draft.sum(draft.linear('o', draft.flatten(attended), 64), draft.rounded(draft.binary('multiply', x, x)));
}

/** Matrices, embeddings and stacks in quantized floats, and stacks of heads in every format. */
export const quantizedSubjects: readonly OperationSubject[] = [
  ...floatQuantizations.map((quantization): OperationSubject => ({
    name: `matrices in ${quantizationName(quantization)}`,
    variants: [
      variant('linears and embedding', (draft, hidden) => draft.linear('second', draft.linear('first', hidden, 128, true), 64), { quantization }),
      variant('a tied head', (draft, hidden) => draft.add({ type: 'linear', input: draft.scale(hidden, 0.2), weight: 'embed' }, [vocabularySize]), { quantization, quantizedPaths: ['embed'] }),
      variant('attention', (draft, hidden) => attend(draft, hidden, { size: 32 }), { quantization }),
      variant('values in bfloat16', addRounded, { quantization }),
      variant('dense linears and a quantized one', (draft, hidden) => draft.linear('first', hidden, 40), { quantization, quantizedPaths: ['first'] }),
    ],
  })),
  ...stackQuantizations.map((quantization): OperationSubject => ({
    name: `stacks of heads in ${quantizationName(quantization)}`,
    variants: [variant('headLinear', (draft, hidden) => {
      const input = draft.heads('first', hidden, 3, 64);
      const weight = draft.declare({ path: 'stack', kind: 'stack', shape: [3, 16, 64], bias: false });
      return draft.add({ type: 'headLinear', input, weight }, [3, 16]);
    }, { quantization, quantizedPaths: ['stack'] })],
  })),
];
