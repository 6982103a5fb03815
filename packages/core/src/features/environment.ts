interface Host {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/** The environment's variables; none in a browser. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return (globalThis as unknown as Host).process?.env ?? {};
}
