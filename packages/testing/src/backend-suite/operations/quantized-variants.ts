import type { Quantization } from '@mlxengine/core';
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

/** Matrices, embeddings and stacks in quantized floats, and stacks of heads in every format. */
export const quantizedSubjects: readonly OperationSubject[] = [
  ...floatQuantizations.map((quantization): OperationSubject => ({
    name: `matrices in ${quantizationName(quantization)}`,
    variants: [
      variant('linears and embedding', (draft, hidden) => draft.linear('second', draft.linear('first', hidden, 128, true), 64), { quantization }),
      variant('a tied head', (draft, hidden) => draft.add({ type: 'linear', input: draft.scale(hidden, 0.2), weight: 'embed' }, [vocabularySize]), { quantization, quantizedPaths: ['embed'] }),
      variant('attention', (draft, hidden) => attend(draft, hidden, { size: 32 }), { quantization }),
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
