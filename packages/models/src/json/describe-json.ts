/** A value of untrusted JSON as a message shows it: short, on one line, never an object's insides. */
export function describeJson(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return describeList(value);
  if (typeof value === 'object' && value !== null) return '{…}';
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
}

function describeList(list: readonly unknown[]): string {
  const few = list.length <= 8 && list.every((item) => !Array.isArray(item));
  return few ? `[${list.map(describeJson).join(', ')}]` : `[… ${list.length} values]`;
}
