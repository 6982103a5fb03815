import type { JsonObject, JsonValue } from '../json/parse-json.js';

const floatTag = '__float__';
const taggedFloats: ReadonlyMap<JsonValue | undefined, number> = new Map([['Infinity', Infinity], ['-Infinity', -Infinity], ['NaN', NaN]]);

/**
 * Untrusted JSON as plain objects, with mlx-lm's `{"__float__": "Infinity"}` back as numbers.
 * Keys become own properties whatever they are called.
 */
export function toConfigValue(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(toConfigValue);
  if (!(value instanceof Map)) return value;
  const object = value as JsonObject;
  const tagged = object.size === 1 ? taggedFloats.get(object.get(floatTag)) : undefined;
  return tagged ?? Object.fromEntries([...object].map(([key, item]) => [key, toConfigValue(item)]));
}
