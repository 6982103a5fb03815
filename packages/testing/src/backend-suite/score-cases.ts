import type { ConformanceCase } from '../suite/run-cases.js';
import type { TinyModelOptions } from '../tiny-model/tiny-model-options.js';
import type { BackendContext } from './backend-context.js';
import { compareScores, compareWithReference } from './compare-logits.js';
import { promptOf } from './token-answer.js';

/** Variants of the llama family, each of which needs something that the others do not. */
const variants: readonly (readonly [string, TinyModelOptions])[] = [
  ['a dense model', {}],
  ['a model of 4 bits', { quantization: { mode: 'affine', bits: 4, groupSize: 32 }, dtype: 'F16' }],
  ['a model of 8 bits', { quantization: { mode: 'affine', bits: 8, groupSize: 64 }, dtype: 'BF16' }],
  ['a tied embedding', { tiedEmbedding: true }],
  ['a tied quantized embedding', { tiedEmbedding: true, quantization: { mode: 'affine', bits: 4, groupSize: 64 } }],
  ['biases of the attention', { attentionBias: true }],
  ['as many key heads as query heads', { keyValueHeads: 4 }],
  ['one key head', { keyValueHeads: 1 }],
  ['traditional rope', { traditionalRope: true }],
  ['rope on a part of each head, with an amplitude', { rotaryDimensions: 8, ropeAmplitude: 1.25 }],
  ['a vocabulary that is no multiple of 32', { vocabularySize: 101 }],
];

function skipVariant({ quantization, dtype = 'F32' }: TinyModelOptions, { backend: { supports } }: BackendContext): string | undefined {
  if (!supports.dtypes.includes('float32')) return 'supports.dtypes has no float32 to compare in';
  if (!supports.tensorDtypes.includes(dtype)) return `supports.tensorDtypes has no ${dtype}`;
  if (quantization === undefined) return undefined;
  const { affineBits, affineGroupSizes } = supports;
  const listed = affineBits.includes(quantization.bits) && affineGroupSizes.includes(quantization.groupSize);
  return listed ? undefined : `supports lists no ${quantization.bits} bits in groups of ${quantization.groupSize}`;
}

/** Logits of given tokens, against the reference and against themselves. */
export const scoreCases: readonly ConformanceCase<BackendContext>[] = [
  ...variants.map(([what, options]): ConformanceCase<BackendContext> => ({
    name: `score: logits of ${what} are right`,
    skip: (context) => skipVariant(options, context),
    run: async (context, check) => compareWithReference(await context.pair(options), promptOf(40), context.tolerance, what, check),
  })),
  {
    name: 'score: whole, in chunks and step by step agree',
    async run(context, check) {
      const { subject, reference } = await context.pair();
      const tokens = promptOf(150);
      const expected = await reference.score({ tokens, logits: true });
      for (const chunkSize of [undefined, 150, 64, 33, 7, 1]) {
        const found = await subject.score({ tokens, logits: true, ...(chunkSize === undefined ? {} : { chunkSize }) });
        compareScores(found, expected, context.tolerance, `chunks of ${chunkSize ?? 'its own size'}`, check);
      }
    },
  },
  {
    name: 'score: a long context is right to its end',
    run: async (context, check) => compareWithReference(await context.pair(), promptOf(600, 3), context.tolerance, '600 tokens', check),
  },
  {
    name: 'score: gives logits only where they are asked for',
    async run(context, check) {
      const { subject } = await context.pair();
      const result = await subject.score({ tokens: Uint32Array.of(1, 2, 3) });
      check.equal(result.logits, undefined, 'logits');
      check.equal(result.logProbabilities.length, 2, 'log-probabilities');
    },
  },
];
