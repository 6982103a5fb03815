import type { Quantization } from '@mlxengine/core';
import type { FloatDtype } from './dense-tensor.js';

/** Shape and format of a tiny model. A quantized one is twice as wide by default, so that every group size fits. */
export interface TinyModelOptions {
  /** Default 2. */
  readonly layers?: number;
  /** Default 64, quantized 128. */
  readonly hiddenSize?: number;
  /** Default 128, quantized 256. */
  readonly intermediateSize?: number;
  /** Query heads; default 4. */
  readonly heads?: number;
  /** Key and value heads; default 2. */
  readonly keyValueHeads?: number;
  /** Default 16, quantized 32. */
  readonly headDimension?: number;
  /** Default 96. */
  readonly vocabularySize?: number;
  /** Default 1024. */
  readonly contextLength?: number;
  /** Whether the head is the embedding; default false. */
  readonly tiedEmbedding?: boolean;
  /** Whether the attention's linears have a bias; default false. */
  readonly attentionBias?: boolean;
  /** How much of each head is rotated; default all of it. */
  readonly rotaryDimensions?: number;
  /** Default false. */
  readonly traditionalRope?: boolean;
  /** Default 1. */
  readonly ropeAmplitude?: number;
  /** Format of dense tensors, scales and biases; default F32. */
  readonly dtype?: FloatDtype;
  /** Quantization of every matrix; default none. */
  readonly quantization?: Quantization;
  /** Default 1. */
  readonly seed?: number;
  /** Token ids that the model hardly ever says, such as half characters: their rows of an untied head are 0. */
  readonly silentTokens?: readonly number[];
}

/** Options with nothing left open. */
export type TinyModelShape = Required<Omit<TinyModelOptions, 'quantization'>> & Pick<TinyModelOptions, 'quantization'>;

/** Fills in what is left open. */
export function tinyModelShape(options: TinyModelOptions = {}): TinyModelShape {
  const width = options.quantization === undefined ? 1 : 2;
  const headDimension = options.headDimension ?? 16 * width;
  return {
    layers: 2,
    hiddenSize: 64 * width,
    intermediateSize: 128 * width,
    heads: 4,
    keyValueHeads: 2,
    vocabularySize: 96,
    contextLength: 1024,
    tiedEmbedding: false,
    attentionBias: false,
    rotaryDimensions: headDimension,
    traditionalRope: false,
    ropeAmplitude: 1,
    dtype: 'F32',
    seed: 1,
    silentTokens: [],
    ...options,
    headDimension,
  };
}
