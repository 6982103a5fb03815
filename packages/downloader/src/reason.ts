/** What went wrong, for a message: the innermost cause of a network error says more than "fetch failed". */
export function reasonOf(error: unknown): string {
  let innermost = error;
  for (let depth = 0; depth < 5 && innermost instanceof Error && innermost.cause !== undefined; depth += 1) {
    innermost = innermost.cause;
  }
  if (!(innermost instanceof Error)) return String(innermost);
  // An AggregateError of several addresses has an empty message of its own.
  return innermost.message || errorCodeOf(innermost) || innermost.name;
}

/** The system's code of an error, such as `ENOENT`; `undefined` where it has none. */
export function errorCodeOf(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
