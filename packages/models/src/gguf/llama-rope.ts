import { CheckpointError } from '@mlxengine/core';
import type { ModelSource } from '@mlxengine/core';
import type { GgufHeader } from './gguf-types.js';
import { shortestFloat32 } from './llama-config.js';
import { ropeFactorsName } from './llama-tensors.js';
import { MetadataReader } from './metadata-access.js';

/** What every Llama 3.1, 3.2 and 3.3 has; GGUF keeps only the factors that follow from it. */
const llama3 = { low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 } as const;
const tolerance = 1e-4;

/**
 * `rope_scaling` of config.json; `undefined` for unscaled rope.
 * @throws `CheckpointError` for a scaling that cannot be told exactly
 */
export async function readRopeScaling(
  source: ModelSource, header: GgufHeader, rope: { readonly base: number; readonly headDimension: number }, signal?: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const metadata = new MetadataReader(header);
  const type = metadata.text('llama.rope.scaling.type') ?? 'none';
  const factors = await readFactors(source, header, signal);
  if (factors !== undefined) {
    if (type !== 'none') throw unsupported(header, `rope scaling "${type}" together with ${ropeFactorsName}`);
    return llama3Scaling(header, factors, rope);
  }
  const factor = metadata.number('llama.rope.scaling.factor') ?? metadata.number('llama.rope.scale_linear');
  if (type === 'linear' || (type === 'none' && metadata.has('llama.rope.scale_linear'))) {
    return factor === undefined || factor === 1 ? undefined : { rope_type: 'linear', type: 'linear', factor: shortestFloat32(factor) };
  }
  if (type !== 'none') throw unsupported(header, `rope scaling "${type}"`);
  return undefined;
}

async function readFactors(source: ModelSource, header: GgufHeader, signal?: AbortSignal): Promise<readonly number[] | undefined> {
  const tensor = header.tensors.get(ropeFactorsName);
  if (tensor === undefined) return undefined;
  if (tensor.type.name !== 'F32' || tensor.shape.length !== 1) throw unsupported(header, `${ropeFactorsName} of type ${tensor.type.name}`);
  const range = { offset: tensor.offset, length: tensor.byteLength };
  const bytes = await source.read(header.file, signal === undefined ? range : { ...range, signal });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(4 * index, true));
}

/** Accepted only where Llama 3's rule gives every factor back. */
function llama3Scaling(
  header: GgufHeader, factors: readonly number[], { base, headDimension }: { readonly base: number; readonly headDimension: number },
): Readonly<Record<string, unknown>> {
  const factor = shortestFloat32(factors.reduce((largest, value) => Math.max(largest, value), 0));
  const expected = Array.from({ length: headDimension / 2 }, (_, pair) => {
    const wavelength = 2 * Math.PI * base ** ((2 * pair) / headDimension);
    return llama3Factor(wavelength, factor);
  });
  const agrees = factors.length === expected.length
    && expected.every((value, index) => Math.abs(value - (factors[index] ?? NaN)) <= tolerance * value);
  if (!agrees) throw unsupported(header, `${ropeFactorsName} that do not follow Llama 3's rule`);
  return { rope_type: 'llama3', factor, ...llama3 };
}

function llama3Factor(wavelength: number, factor: number): number {
  const { low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: context } = llama3;
  if (wavelength < context / high) return 1;
  if (wavelength > context / low) return factor;
  const smooth = (context / wavelength - low) / (high - low);
  return 1 / ((1 - smooth) / factor + smooth);
}

function unsupported({ file }: GgufHeader, feature: string): CheckpointError {
  return new CheckpointError('gguf.unsupported', { file, feature });
}
