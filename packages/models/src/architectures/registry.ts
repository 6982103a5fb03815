import { UnsupportedArchitectureError } from '@mlxengine/core';
import { ConfigReader } from '../config/config-reader.js';
import type { Architecture } from './architecture.js';
import { builtIn } from './built-in.js';
import { editDistance } from './edit-distance.js';

const nearestCount = 3;

/** Every `model_type` that is supported, sorted. @param options - whether other names of a family are among them; default true */
export function supportedArchitectures({ aliases = true }: { readonly aliases?: boolean } = {}): readonly string[] {
  return (aliases ? namesOf(builtIn) : builtIn.map(({ modelType }) => modelType)).sort();
}

/**
 * The family of a config.
 * @param more - families besides the built-in ones; they win
 * @throws `UnsupportedArchitectureError` that names the nearest supported ones
 */
export function findArchitecture(config: Readonly<Record<string, unknown>>, more: readonly Architecture[] = []): Architecture {
  const all = [...more, ...builtIn];
  const modelType = new ConfigReader(config).string('model_type');
  const found = all.find(({ modelType: own, aliases }) => own === modelType || aliases.includes(modelType));
  if (found !== undefined) return found;
  const nearest = namesOf(all).sort((a, b) => editDistance(modelType, a) - editDistance(modelType, b)).slice(0, nearestCount);
  throw new UnsupportedArchitectureError('architecture.unknown', {
    architecture: JSON.stringify(modelType.slice(0, 60)), supported: nearest.join(', '),
  });
}

function namesOf(architectures: readonly Architecture[]): string[] {
  return architectures.flatMap(({ modelType, aliases }) => [modelType, ...aliases]);
}
