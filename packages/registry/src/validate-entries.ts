import { RegistryError } from '@mlxengine/core';
import type { RegistryEntry } from './registry-entry.js';

const namePattern = /^[a-z0-9][a-z0-9.:_-]*$/;
const hubIdPattern = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
const quantizedBits: readonly unknown[] = [2, 3, 4, 5, 6, 8];
const groupSizes: readonly unknown[] = [32, 64, 128];

type Fields = Readonly<Record<string, unknown>>;

/** What each field must be; `undefined` is checked apart. */
const fieldChecks: Readonly<Record<keyof RegistryEntry, readonly [(value: unknown) => boolean, string]>> = {
  name: [(value) => matches(value, namePattern), 'a lower-case short name'],
  aliases: [(value) => Array.isArray(value) && value.every((alias) => matches(alias, namePattern)), 'lower-case short names'],
  hubId: [(value) => matches(value, hubIdPattern), 'owner/name'],
  title: [isText, 'text'],
  family: [(value) => matches(value, namePattern), 'a lower-case short name'],
  architecture: [(value) => matches(value, /^[a-z0-9][a-z0-9_.-]*$/), 'a model_type'],
  starterPackage: [(value) => value === '@mlxengine/starter-model', '@mlxengine/starter-model'],
  parameterCount: [isCount, 'a positive integer'],
  quantization: [isQuantization, 'mode affine, bits of 2, 3, 4, 5, 6, 8, groupSize of 32, 64, 128'],
  contextLength: [isCount, 'a positive integer'],
  vocabularySize: [isCount, 'a positive integer'],
  license: [(value) => matches(value, /^[a-z0-9][a-z0-9.-]*$/), 'a licence by the hub\'s name for it'],
};

const requiredFields: readonly (keyof RegistryEntry)[] = ['name', 'aliases', 'hubId', 'title', 'family', 'architecture'];

/**
 * Checks registry data: every field, no unknown one, and no name that could mean two entries.
 * @throws `RegistryError` that names the entry and what is wrong with it
 */
export function validateEntries(data: unknown): readonly RegistryEntry[] {
  if (!Array.isArray(data)) throw invalid('(all)', 'expected a list of entries');
  const entries = data.map((entry: unknown, index) => validateEntry(entry, index));
  const owners = new Map<string, string>();
  for (const entry of entries) {
    for (const key of [entry.name, ...entry.aliases, entry.hubId.toLowerCase()]) {
      const owner = owners.get(key);
      if (owner !== undefined) throw invalid(entry.name, `${key} already names ${owner}`);
      owners.set(key, entry.name);
    }
  }
  return entries;
}

function validateEntry(data: unknown, index: number): RegistryEntry {
  if (typeof data !== 'object' || data === null) throw invalid(String(index), 'expected an object');
  const fields = data as Fields;
  const label = isText(fields['name']) ? String(fields['name']) : String(index);
  for (const field of requiredFields) {
    if (fields[field] === undefined) throw invalid(label, `${field} is missing`);
  }
  for (const [field, value] of Object.entries(fields)) {
    const check = Object.hasOwn(fieldChecks, field) ? fieldChecks[field as keyof RegistryEntry] : undefined;
    if (check === undefined) throw invalid(label, `the field ${field} is unknown`);
    if (!check[0](value)) throw invalid(label, `${field} is ${JSON.stringify(value)}, expected ${check[1]}`);
  }
  return data as RegistryEntry;
}

function isQuantization(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { mode, bits, groupSize, ...rest } = value as Fields;
  const known = mode === 'affine' && quantizedBits.includes(bits) && groupSizes.includes(groupSize);
  return known && Object.keys(rest).length === 0;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function invalid(entry: string, reason: string): RegistryError {
  return new RegistryError('registry.invalid-entry', { entry, reason });
}
