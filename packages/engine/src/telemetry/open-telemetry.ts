type OpenTelemetry = typeof import('@opentelemetry/api');

// Where `@opentelemetry/api` of any 1.x keeps what the application registered.
const registry: symbol = Symbol.for('opentelemetry.js.api.1');

let loading: Promise<OpenTelemetry | undefined> | undefined;
let loaded: OpenTelemetry | undefined;

/** Whether the application registered something with OpenTelemetry; without that its package is never loaded. */
export function usesOpenTelemetry(): boolean {
  return registry in globalThis;
}

/** The application's `@opentelemetry/api`; `undefined` where there is none that this package can import. A promise only the first time. */
export function openTelemetry(): OpenTelemetry | undefined | Promise<OpenTelemetry | undefined> {
  return loaded ?? (loading ??= load());
}

async function load(): Promise<OpenTelemetry | undefined> {
  try {
    // In a `try`, so that bundlers of applications without it take its absence for what it is.
    loaded = await import('@opentelemetry/api');
    return loaded;
  } catch {
    return undefined;
  }
}
