import { CheckpointError } from '@mlxengine/core';
import type { GgufHeader, GgufValue } from './gguf-types.js';

/** Typed access to metadata; every method throws `CheckpointError` where a value is of another kind than asked for. */
export class MetadataReader {
  readonly #header: GgufHeader;

  constructor(header: GgufHeader) {
    this.#header = header;
  }

  has(key: string): boolean {
    return this.#header.metadata.has(key);
  }

  /** An integer of 0 or more. */
  count(key: string): number | undefined {
    return this.#find(key, 'an integer of 0 or more', (value) =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined);
  }

  requiredCount(key: string): number {
    return this.count(key) ?? this.#missing(key);
  }

  number(key: string): number | undefined {
    return this.#find(key, 'a finite number', (value) =>
      typeof value === 'number' && Number.isFinite(value) ? value : undefined);
  }

  requiredNumber(key: string): number {
    return this.number(key) ?? this.#missing(key);
  }

  boolean(key: string): boolean | undefined {
    return this.#find(key, 'a boolean', (value) => (typeof value === 'boolean' ? value : undefined));
  }

  text(key: string): string | undefined {
    return this.#find(key, 'a string', (value) => (typeof value === 'string' ? value : undefined));
  }

  requiredText(key: string): string {
    return this.text(key) ?? this.#missing(key);
  }

  texts(key: string): readonly string[] | undefined {
    return this.#find(key, 'an array of strings', (value) =>
      Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined);
  }

  numbers(key: string): readonly number[] | undefined {
    return this.#find(key, 'an array of numbers', (value) =>
      Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : undefined);
  }

  /** An error that says what a key should have held. */
  invalid(key: string, expected: string, found: string | number): CheckpointError {
    return new CheckpointError('gguf.invalid-value', { file: this.#header.file, key, expected, found });
  }

  #find<Value>(key: string, expected: string, accept: (value: GgufValue) => Value | undefined): Value | undefined {
    const value = this.#header.metadata.get(key);
    if (value === undefined) return undefined;
    const accepted = accept(value);
    if (accepted === undefined) throw this.invalid(key, expected, describe(value));
    return accepted;
  }

  #missing(key: string): never {
    throw new CheckpointError('gguf.missing-metadata', { file: this.#header.file, key });
  }
}

function describe(value: GgufValue): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'string' ? `"${value.slice(0, 100)}"` : String(value);
}
