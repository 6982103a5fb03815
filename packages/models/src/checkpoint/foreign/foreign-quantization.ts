import type { CheckpointTensors } from '../../sanitize/checkpoint-tensors.js';
import type { ConfigReader } from '../../config/config-reader.js';
import { isForeign, quantizationConfig, unsupportedQuantization } from '../quantization-settings.js';
import { awq } from './awq.js';
import { bitnet } from './bitnet.js';
import { compressedTensors } from './compressed-tensors.js';
import { float8 } from './float8.js';
import { modelopt } from './modelopt.js';

/** How the tensors of another tool's quantization become MLX's, or floats. */
export interface ForeignQuantization {
  /** Edits the checkpoint's tensors before the family does. */
  readonly before?: (tensors: CheckpointTensors) => void;
  /** Edits them after the family, which may have its own way. */
  readonly after?: (tensors: CheckpointTensors) => void;
}

/** Reads the settings of a method, which are `quantization_config`. @throws `UnsupportedFeatureError`, `CheckpointError` */
export type ForeignMethod = (settings: ConfigReader) => ForeignQuantization;

/** By `quant_method`. MXFP4 and MXFP8 are MLX's own but for names, which are each family's. */
const methods: Readonly<Record<string, ForeignMethod>> = {
  awq, gptq: awq, bitnet, fp8: float8, modelopt, 'compressed-tensors': compressedTensors, mxfp4: () => ({}), mxfp8: () => ({}),
};

/**
 * How a checkpoint that another tool quantized is read; nothing is done for MLX's own.
 * @throws `UnsupportedFeatureError` that names the method or what of it is not supported
 */
export function readForeignQuantization(config: ConfigReader): ForeignQuantization {
  const settings = isForeign(config) ? quantizationConfig(config) : undefined;
  if (settings === undefined) return {};
  const name = settings.string('quant_method');
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) throw unsupportedQuantization(name);
  return method(settings);
}
