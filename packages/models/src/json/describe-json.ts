import type { JsonValue } from './parse-json.js';

/** A JSON value as a message shows it: short, on one line, never an object's insides. */
export function describeJson(value: JsonValue | undefined): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (value === null || typeof value !== 'object') return String(value);
  if (!isArray(value)) return '{…}';
  return value.length <= 8 ? `[${value.map(describeJson).join(', ')}]` : `[… ${value.length} values]`;
}

function isArray(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}
