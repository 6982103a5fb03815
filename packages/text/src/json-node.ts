import { TokenizerError } from '@mlxengine/core';

/** Where a value was read, for messages. */
export interface JsonOrigin {
  readonly source: string;
  readonly file: string;
}

/** A value of an untrusted JSON file that knows its place, so that whatever is wrong with it can be named. */
export class JsonNode {
  readonly value: unknown;
  readonly origin: JsonOrigin;
  readonly path: string;

  constructor(value: unknown, origin: JsonOrigin, path = '') {
    this.value = value;
    this.origin = origin;
    this.path = path;
  }

  /** Whether there is nothing here: absent or null. */
  get isNothing(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** A member of this object; one that is absent is a node too. */
  get(key: string): JsonNode {
    const members = this.object();
    return new JsonNode(Object.hasOwn(members, key) ? members[key] : undefined, this.origin, this.path === '' ? key : `${this.path}.${key}`);
  }

  object(): Readonly<Record<string, unknown>> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) this.fail('an object');
    return this.value as Readonly<Record<string, unknown>>;
  }

  array(): readonly unknown[] {
    return Array.isArray(this.value) ? (this.value as readonly unknown[]) : this.fail('an array');
  }

  items(): readonly JsonNode[] {
    return this.array().map((item, index) => new JsonNode(item, this.origin, `${this.path}[${index}]`));
  }

  string(fallback?: string): string {
    if (this.isNothing && fallback !== undefined) return fallback;
    return typeof this.value === 'string' ? this.value : this.fail('a string');
  }

  boolean(fallback: boolean): boolean {
    if (this.isNothing) return fallback;
    return typeof this.value === 'boolean' ? this.value : this.fail('true or false');
  }

  /** A non-negative integer. */
  index(fallback?: number): number {
    if (this.isNothing && fallback !== undefined) return fallback;
    if (!Number.isSafeInteger(this.value) || (this.value as number) < 0) this.fail('a non-negative integer');
    return this.value as number;
  }

  /** @throws `TokenizerError` that names this place, what was expected here and what was found. */
  fail(expected: string): never {
    const where = this.path === '' ? 'the file' : this.path;
    throw this.invalid(`${where} is ${describe(this.value)}, expected ${expected}`);
  }

  /** The error that says why the file cannot be read. */
  invalid(reason: string, cause?: unknown): TokenizerError {
    return new TokenizerError('tokenizer.invalid', { ...this.origin, reason }, { cause });
  }

  /** The error for a part of a type that is not known here. */
  unsupported(part: string, type: string): TokenizerError {
    return new TokenizerError('tokenizer.unsupported', { ...this.origin, part, type });
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
