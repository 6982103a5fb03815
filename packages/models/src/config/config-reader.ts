import { CheckpointError } from '@mlxengine/core';
import { describeJson } from '../json/describe-json.js';

/** Bounds of a number, both included. */
export interface Bounds {
  /** Smallest value that is accepted. */
  readonly minimum: number;
  /** Largest value that is accepted. */
  readonly maximum: number;
}

/**
 * Typed access to an untrusted configuration. `null` counts as absent, as in Python. Every value has bounds, because sizes
 * of graphs and memory follow from it.
 *
 * All methods throw `CheckpointError` (`checkpoint.config-value`) that names file and key.
 */
export class ConfigReader {
  private readonly values: Readonly<Record<string, unknown>>;
  private readonly file: string;
  private readonly prefix: string;

  /**
   * @param values - plain data, such as a parsed config.json
   * @param file - its name in messages; default `config.json`
   * @param prefix - what comes before a key in messages, for a nested object
   */
  constructor(values: Readonly<Record<string, unknown>>, file = 'config.json', prefix = '') {
    this.values = values;
    this.file = file;
    this.prefix = prefix;
  }

  /** The same configuration, with values where it is silent or `null`. */
  withDefaults(defaults: Readonly<Record<string, unknown>>): ConfigReader {
    const given = Object.entries(this.values).filter(([, value]) => value !== null && value !== undefined);
    return this.withValues({ ...defaults, ...Object.fromEntries(given) });
  }

  /** As {@link withDefaults}, for keys whose `null` means that there is none: it stays. */
  withDefaultsUnlessNull(defaults: Readonly<Record<string, unknown>>): ConfigReader {
    return this.withDefaults(Object.fromEntries(Object.entries(defaults).filter(([key]) => !this.isNull(key))));
  }

  /** The same configuration, with these values in place of its own. */
  withValues(values: Readonly<Record<string, unknown>>): ConfigReader {
    return new ConfigReader({ ...this.values, ...values }, this.file, this.prefix);
  }

  /** Every key there is. */
  keys(): readonly string[] {
    return Object.keys(this.values);
  }

  /** Whether there is a value other than `null`. */
  has(key: string): boolean {
    return this.raw(key) !== undefined;
  }

  /** Whether the value is `null`, for the few that mean something else by it than by silence. */
  isNull(key: string): boolean {
    return Object.hasOwn(this.values, key) && this.values[key] === null;
  }

  /** The value as it is; `undefined` for `null`. */
  raw(key: string): unknown {
    return Object.hasOwn(this.values, key) ? (this.values[key] ?? undefined) : undefined;
  }

  /** An integer. A default of `undefined` makes it required. */
  integer(key: string, bounds: Bounds, fallback?: number): number {
    return this.number(key, bounds, fallback, true);
  }

  /** A finite number. A default of `undefined` makes it required. */
  number(key: string, bounds: Bounds, fallback?: number, integer = false): number {
    const value = this.raw(key) ?? fallback;
    const fits = typeof value === 'number' && value >= bounds.minimum && value <= bounds.maximum;
    if (fits && (!integer || Number.isSafeInteger(value))) return value;
    throw this.invalid(key, `${integer ? 'integer' : 'number'} ${bounds.minimum} … ${bounds.maximum}`);
  }

  /** An integer where there is one. */
  optionalInteger(key: string, bounds: Bounds): number | undefined {
    return this.has(key) ? this.integer(key, bounds) : undefined;
  }

  /** A finite number where there is one. */
  optionalNumber(key: string, bounds: Bounds): number | undefined {
    return this.has(key) ? this.number(key, bounds) : undefined;
  }

  /** A flag, which 0 and 1 are to Python, too. A default of `undefined` makes it required. */
  boolean(key: string, fallback?: boolean): boolean {
    const value = this.raw(key) ?? fallback;
    if (typeof value === 'boolean') return value;
    if (value === 0 || value === 1) return value === 1;
    throw this.invalid(key, 'true | false');
  }

  /** Text. A default of `undefined` makes it required. */
  string(key: string, fallback?: string): string {
    const value = this.raw(key) ?? fallback;
    if (typeof value === 'string') return value;
    throw this.invalid(key, 'string');
  }

  /** A list of strings where there is one. */
  optionalStrings(key: string): readonly string[] | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw this.invalid(key, '[string, …]');
  }

  /** A nested object where there is one. */
  object(key: string): ConfigReader | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw this.invalid(key, '{…}');
    return new ConfigReader(value as Readonly<Record<string, unknown>>, this.file, `${this.prefix}${key}.`);
  }

  /** The error for a value that is not what it should be. */
  invalid(key: string, expected: string): CheckpointError {
    const found = describeJson(this.raw(key));
    return new CheckpointError('checkpoint.config-value', { file: this.file, key: `${this.prefix}${key}`, found, expected });
  }
}
