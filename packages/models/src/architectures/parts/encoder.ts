import type { UnaryFunction, ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../../config/config-reader.js';
import type { GraphBuilder } from '../../graph/graph-builder.js';
import { limits } from '../limits.js';
import { unsupported } from './unsupported.js';

/** What the config of an encoder in BERT's line says. */
export interface EncoderArguments {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly activation: UnaryFunction;
  /** Labels of a classifier; `undefined`: the model embeds. */
  readonly labels: number | undefined;
}

const activations: Readonly<Record<string, UnaryFunction>> = {
  gelu: 'gelu', gelu_new: 'geluTanh', gelu_pytorch_tanh: 'geluTanh', gelu_fast: 'geluTanh', relu: 'relu', silu: 'silu', swish: 'silu',
};

/** The activation that a key names. */
export function readActivation(config: ConfigReader, key: string): UnaryFunction {
  const name = config.string(key, 'gelu');
  const found = Object.hasOwn(activations, name) ? activations[name] : undefined;
  if (found === undefined) throw unsupported(`the activation ${JSON.stringify(name)}`);
  return found;
}

/** Heads that divide the hidden size. */
export function readEncoderHeads(config: ConfigReader, hiddenSize: number): number {
  const heads = config.integer('num_attention_heads', limits.heads);
  if (hiddenSize % heads !== 0) throw config.invalid('num_attention_heads', `n, ${hiddenSize} / n`);
  return heads;
}

/** How many labels a `…ForSequenceClassification` has, by `num_labels` or the names in `id2label`; `undefined` for other models. */
export function readLabels(config: ConfigReader): number | undefined {
  if (config.optionalStrings('architectures')?.some((name) => name.endsWith('ForSequenceClassification')) !== true) return undefined;
  const names = config.object('id2label')?.keys().length;
  return config.integer('num_labels', { minimum: 1, maximum: 2 ** 16 }, names ?? 2);
}

/** Attention of all tokens of a sequence with one another: `[tokens, H]` to `[tokens, H]`, before the output's projection. */
export function encoderAttention(
  graph: GraphBuilder, parts: { readonly queries: ValueId; readonly keys: ValueId; readonly values: ValueId },
  { heads, rotate = (x) => x, window }: { readonly heads: number; readonly rotate?: (x: ValueId) => ValueId; readonly window?: number | undefined },
): ValueId {
  const [hiddenSize = 0] = graph.dimensionsOf(parts.queries);
  const split = (x: ValueId): ValueId => graph.reshape(x, [heads, hiddenSize / heads]);
  const attended = graph.attention({
    queries: rotate(split(parts.queries)), keys: rotate(split(parts.keys)), values: split(parts.values),
    scale: (hiddenSize / heads) ** -0.5, causal: false, window,
  });
  return graph.reshape(attended, [hiddenSize]);
}
