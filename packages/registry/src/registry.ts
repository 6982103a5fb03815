import { editDistance } from './edit-distance.js';
import modelData from './models.json' with { type: 'json' };
import type { RegistryEntry } from './registry-entry.js';
import { validateEntries } from './validate-entries.js';

/** Longer names are no typing errors of ours, and comparing them would take long. */
const longestTypo = 100;

let models: readonly RegistryEntry[] | undefined;
let modelsByKey: ReadonlyMap<string, RegistryEntry> | undefined;

/** All known models, in a fixed order. */
export function listModels(): readonly RegistryEntry[] {
  return (models ??= validateEntries(modelData));
}

/** The model of a name, an alias or a hub id, whatever its case; `undefined` where none is known by it. */
export function findModel(name: string): RegistryEntry | undefined {
  modelsByKey ??= new Map(listModels().flatMap((entry) => keysOf(entry).map((key) => [key, entry] as const)));
  return modelsByKey.get(name.trim().toLowerCase());
}

/** Known models that match every word of a text by name, hub id, title, family, architecture, licence or quantization. */
export function searchModels(text: string): readonly RegistryEntry[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return listModels().filter((entry) => {
    const searched = searchTextOf(entry);
    return words.every((word) => searched.includes(word));
  });
}

/** Up to three names that an unknown one may have been meant as, nearest first. */
export function suggestModels(name: string): readonly string[] {
  const wanted = name.trim().toLowerCase().slice(0, longestTypo);
  if (wanted === '') return [];
  return listModels()
    .map((entry) => ({ name: entry.name, distance: distanceTo(entry, wanted) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map((near) => near.name);
}

function keysOf(entry: RegistryEntry): readonly string[] {
  return [entry.name, ...entry.aliases, entry.hubId.toLowerCase()];
}

function searchTextOf(entry: RegistryEntry): string {
  const { title, family, architecture, license, quantization } = entry;
  const bits = quantization === undefined ? '' : `${quantization.bits}bit ${quantization.bits}-bit`;
  return [...keysOf(entry), title, family, architecture, license ?? '', bits].join('\n').toLowerCase();
}

/** A name that begins or continues a known one is near, however long the rest is. */
function distanceTo(entry: RegistryEntry, wanted: string): number {
  const tail = wanted.split('/').at(-1) ?? wanted;
  const names = [...keysOf(entry), entry.hubId.toLowerCase().split('/').at(-1) ?? ''];
  return Math.min(
    ...names.map((known) => {
      if (tail.length >= 3 && (known.startsWith(tail) || tail.startsWith(known))) return 0.5;
      return Math.min(editDistance(known, wanted), editDistance(known, tail));
    }),
  );
}
