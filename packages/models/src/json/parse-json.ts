import { CheckpointError } from '@mlxengine/core';

/** JSON as {@link parseJson} yields it; objects are maps, so that a file's keys never meet a prototype. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** An object of untrusted JSON. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** What is accepted besides the standard, and how messages name the text. */
export interface ParseJsonOptions {
  /** Name of the file in messages. */
  readonly file: string;
  /** `true`: the last of equal keys counts, as in Python; `false`: they are an error. */
  readonly duplicateKeys: boolean;
  /** Whether `NaN`, `Infinity` and `-Infinity` are numbers, as Python writes them. */
  readonly nonFinite: boolean;
}

const depthLimit = 64;
/** Only ever applied to short slices: on a hostile text of megabytes a pattern would exhaust its stack. */
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/;
const numberLengthLimit = 512;
const escapedOrControl = /[\\\u0000-\u001f]/;
const code = { space: 0x20, tab: 0x09, lineFeed: 0x0a, carriageReturn: 0x0d, zero: 0x30, nine: 0x39 } as const;
const literals: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([['true', true], ['false', false], ['null', null]]);
const nonFiniteLiterals: ReadonlyMap<string, JsonValue> = new Map([['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity]]);

/**
 * Parses JSON from a file that nobody vouches for. Unlike `JSON.parse` it sees duplicate keys and bounds the depth.
 * @throws `CheckpointError` that says where and what
 */
export function parseJson(text: string, options: ParseJsonOptions): JsonValue {
  const parser = new Parser(text, options);
  return parser.document();
}

class Parser {
  private position = 0;
  private readonly text: string;
  private readonly options: ParseJsonOptions;
  private readonly literals: readonly (readonly [string, JsonValue])[];

  constructor(text: string, options: ParseJsonOptions) {
    this.text = text;
    this.options = options;
    this.literals = options.nonFinite ? [...literals, ...nonFiniteLiterals] : [...literals];
  }

  document(): JsonValue {
    const value = this.value(0);
    this.space();
    if (this.position < this.text.length) throw this.unexpected('the end');
    return value;
  }

  private value(depth: number): JsonValue {
    if (depth > depthLimit) throw new CheckpointError('checkpoint.json-depth', { file: this.options.file, expected: depthLimit });
    this.space();
    const next = this.text[this.position];
    if (next === '{') return this.object(depth);
    if (next === '[') return this.array(depth);
    if (next === '"') return this.string();
    const digit = this.text.charCodeAt(this.position);
    if (digit >= code.zero && digit <= code.nine) return this.number();
    const literal = this.literal();
    return literal === undefined ? this.number() : literal;
  }

  private object(depth: number): JsonObject {
    const object = new Map<string, JsonValue>();
    this.position += 1;
    if (this.skip('}')) return object;
    do {
      this.space();
      const key = this.string();
      if (object.has(key) && !this.options.duplicateKeys) {
        throw new CheckpointError('checkpoint.json-duplicate-key', { file: this.options.file, key: JSON.stringify(key) });
      }
      if (!this.skip(':')) throw this.unexpected('":"');
      object.set(key, this.value(depth + 1));
    } while (this.skip(','));
    if (!this.skip('}')) throw this.unexpected('"," or "}"');
    return object;
  }

  private array(depth: number): readonly JsonValue[] {
    const array: JsonValue[] = [];
    this.position += 1;
    if (this.skip(']')) return array;
    do array.push(this.value(depth + 1));
    while (this.skip(','));
    if (!this.skip(']')) throw this.unexpected('"," or "]"');
    return array;
  }

  private string(): string {
    const start = this.position;
    if (this.text[start] !== '"') throw this.unexpected('a string');
    let end = this.text.indexOf('"', start + 1);
    while (end !== -1 && this.isEscaped(end)) end = this.text.indexOf('"', end + 1);
    if (end === -1) throw this.unexpected('a string with an end');
    const content = this.text.slice(start + 1, end);
    this.position = end + 1;
    return escapedOrControl.test(content) ? this.unescape(start, content) : content;
  }

  private unescape(start: number, content: string): string {
    try {
      return JSON.parse(`"${content}"`) as string;
    } catch {
      this.position = start;
      throw this.unexpected('a string without raw control characters or unknown escapes');
    }
  }

  private isEscaped(quote: number): boolean {
    let first = quote;
    while (this.text[first - 1] === '\\') first -= 1;
    return (quote - first) % 2 === 1;
  }

  /** `undefined` where no literal begins here. */
  private literal(): JsonValue | undefined {
    for (const [name, value] of this.literals) {
      if (!this.text.startsWith(name, this.position)) continue;
      this.position += name.length;
      return value;
    }
    return undefined;
  }

  private number(): number {
    const token = numberPattern.exec(this.text.slice(this.position, this.position + numberLengthLimit))?.[0];
    if (token === undefined) throw this.unexpected('a value');
    this.position += token.length;
    return Number(token);
  }

  private space(): void {
    for (;;) {
      const next = this.text.charCodeAt(this.position);
      const space = next === code.space || next === code.lineFeed || next === code.carriageReturn || next === code.tab;
      if (!space) return;
      this.position += 1;
    }
  }

  private skip(character: string): boolean {
    this.space();
    if (this.text[this.position] !== character) return false;
    this.position += 1;
    return true;
  }

  private unexpected(expected: string): CheckpointError {
    const { file } = this.options;
    const found = this.position < this.text.length ? JSON.stringify(this.text[this.position]) : 'the end';
    return new CheckpointError('checkpoint.json-syntax', { file, position: this.position, expected, found });
  }
}
