import { formatMessage } from '../messages/format-message.js';
import type { MessageKey } from '../messages/message-catalogue.js';

/** What an error is made of. */
export interface ErrorInit {
  /** Stable, for programs; a key of the message catalogue or a third party's own. */
  readonly code: string;
  /** Default: the catalogue's text for the code. */
  readonly message?: string;
  /** Values of the message's placeholders. */
  readonly parameters?: Readonly<Record<string, string | number>>;
  readonly cause?: unknown;
}

/** What an error class looks like to {@link MLXEngineError.isInstance}. */
export interface ErrorClass<Instance> {
  readonly brand: string;
  readonly prototype: Instance;
}

const brandsKey: symbol = Symbol.for('mlxengine.error.brands');

/**
 * Base of every error that MLXEngine throws. `code` is stable and for programs; `message` says what was expected, what
 * was found and what to do.
 */
export class MLXEngineError extends Error {
  /** Name that `isInstance` goes by, so that classes of another bundled copy of this package are recognized. */
  static readonly brand: string = 'MLXEngineError';
  readonly code: string;
  readonly parameters: Readonly<Record<string, string | number>>;

  constructor(init: ErrorInit) {
    const parameters = init.parameters ?? {};
    const message = init.message ?? formatMessage(init.code as MessageKey, parameters);
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.parameters = parameters;
    this.name = new.target.brand;
    Object.defineProperty(this, brandsKey, { value: brandsOf(new.target), enumerable: false });
  }

  /** Whether a value is an error of this class, from whichever copy of this package. */
  static isInstance<Instance>(this: ErrorClass<Instance>, value: unknown): value is Instance {
    if (typeof value !== 'object' || value === null) return false;
    const found: unknown = (value as Readonly<Record<symbol, unknown>>)[brandsKey];
    return Array.isArray(found) && found.includes(this.brand);
  }
}

function brandsOf(errorClass: { readonly brand: string }): readonly string[] {
  const names: string[] = [];
  let current: { readonly brand?: string } | null = errorClass;
  while (current?.brand !== undefined) {
    names.push(current.brand);
    current = Object.getPrototypeOf(current) as { readonly brand?: string } | null;
  }
  return names;
}
