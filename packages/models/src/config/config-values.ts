import type { JsonValue } from '../json/parse-json.js';

const floatTag = '__float__';
const taggedFloats: ReadonlyMap<JsonValue | undefined, number> = new Map([['Infinity', Infinity], ['-Infinity', -Infinity], ['NaN', NaN]]);

/**
 * Untrusted JSON as plain objects, with mlx-lm's `{"__float__": "Infinity"}` back as numbers.
 * Keys become own properties whatever they are called.
 */
export function toConfigValue(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(toConfigValue);
  if (!(value instanceof Map)) return value;
  const tagged = value.size === 1 ? taggedFloats.get(value.get(floatTag)) : undefined;
  return tagged ?? Object.fromEntries([...value].map(([key, item]: [string, JsonValue]) => [key, toConfigValue(item)]));
}
