import { ModelNotFoundError, type ModelFile } from '@mlxengine/core';
import type { RangeReader } from '../http/range-reader.js';
import { isSafePath } from './safe-path.js';

const indexFile = 'model.safetensors.index.json';

/** Names that the files of a checkpoint have besides config.json, as far as an engine reads them. */
const knownFiles: readonly string[] = [
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
  'chat_template.json',
  indexFile,
  'model.safetensors',
];

/** An index names a few hundred shards at most; more is no index. */
const mostShards = 10_000;
/** Requests under way at once. */
const parallel = 6;

/**
 * The files of a model on a web server with their sizes: the given ones, which must all be there, or those of the known
 * names that are there and the shards of the index.
 */
export async function discoverFiles(
  reader: RangeReader,
  given: readonly string[] | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly ModelFile[]> {
  if (given !== undefined) return sizesOf(reader, given, signal, 'required');
  // First alone, so that an address without a model costs one request.
  const [config] = await sizesOf(reader, ['config.json'], signal, 'required');
  const others = await sizesOf(reader, knownFiles, signal, 'optional');
  const known = config === undefined ? others : [config, ...others];
  const index = known.find(({ path }) => path === indexFile);
  if (index === undefined) return known;
  const shards = shardsOf(await reader.read(indexFile, { offset: 0, length: index.size, size: index.size, signal }));
  const names = shards.filter((name) => !known.some(({ path }) => path === name));
  // A stale index names shards that do not exist; whoever reads the checkpoint decides what that means.
  return [...known, ...await sizesOf(reader, names, signal, 'optional')];
}

async function sizesOf(
  reader: RangeReader,
  paths: readonly string[],
  signal: AbortSignal | undefined,
  need: 'required' | 'optional',
): Promise<readonly ModelFile[]> {
  const files: ModelFile[] = [];
  for (let start = 0; start < paths.length; start += parallel) {
    const group = paths.slice(start, start + parallel);
    const sizes = await Promise.all(group.map((path) => reader.sizeOf(path, { signal, guessed: need === 'optional' })));
    for (const [index, path] of group.entries()) {
      const size = sizes[index];
      if (size !== undefined) files.push({ path, size });
      else if (need === 'required') throw new ModelNotFoundError('model.no-file', { model: reader.base.href, file: path });
    }
  }
  return files;
}

/** File names in an index; what is wrong with the rest of it is for its reader to say. */
function shardsOf(bytes: Uint8Array): readonly string[] {
  let index: unknown;
  try {
    index = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return [];
  }
  const map: unknown = typeof index === 'object' && index !== null && 'weight_map' in index ? index.weight_map : undefined;
  if (typeof map !== 'object' || map === null) return [];
  const names = new Set(Object.values(map as Readonly<Record<string, unknown>>));
  return [...names]
    .filter((name): name is string => typeof name === 'string' && isSafePath(name) && !name.includes('/'))
    .slice(0, mostShards);
}
