import type { Quantization } from '@mlxengine/core';
import type { FloatDtype } from './dense-tensor.js';

/** Shape and format of a tiny model; all dimensions that are quantized are multiples of 128. */
export interface TinyModelOptions {
  /** Default 2. */
  readonly layers?: number;
  /** Default 128. */
  readonly hiddenSize?: number;
  /** Default 256. */
  readonly intermediateSize?: number;
  /** Query heads; default 4. */
  readonly heads?: number;
  /** Key and value heads; default 2. */
  readonly keyValueHeads?: number;
  /** Default 32. */
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
  const headDimension = options.headDimension ?? 32;
  return {
    layers: 2,
    hiddenSize: 128,
    intermediateSize: 256,
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
