import { type ModelSource, TokenizerError } from '@mlxengine/core';
import { JsonNode } from './json-node.js';

/** A tokenizer or a template is not larger than this; what is, is not read. */
const mostBytes = 256 * 1024 * 1024;

/** The text files of one checkpoint, each known to exist or not before it is read. */
export class CheckpointFiles {
  readonly #source: ModelSource;
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #signal: AbortSignal | undefined;

  private constructor(source: ModelSource, sizes: ReadonlyMap<string, number>, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#sizes = sizes;
    this.#signal = signal;
  }

  static async open(source: ModelSource, signal?: AbortSignal): Promise<CheckpointFiles> {
    const files = await source.list(signal === undefined ? {} : { signal });
    return new CheckpointFiles(source, new Map(files.map(({ path, size }) => [path, size])), signal);
  }

  get name(): string {
    return this.#source.name;
  }

  /** Text of a file; `undefined` where it does not exist. */
  async text(file: string): Promise<string | undefined> {
    const size = this.#sizes.get(file);
    if (size === undefined) return undefined;
    if (size > mostBytes) throw this.#invalid(file, `it has ${size} bytes, expected at most ${mostBytes}`);
    const bytes = await this.#source.read(file, this.#signal === undefined ? {} : { signal: this.#signal });
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch (cause) {
      throw this.#invalid(file, 'it is not UTF-8 text', cause);
    }
  }

  /** A JSON file; `undefined` where it does not exist. */
  async json(file: string): Promise<JsonNode | undefined> {
    const text = await this.text(file);
    if (text === undefined) return undefined;
    try {
      return new JsonNode(JSON.parse(text), { source: this.name, file });
    } catch (cause) {
      throw this.#invalid(file, `it is not JSON (${(cause as Error).message})`, cause);
    }
  }

  #invalid(file: string, reason: string, cause?: unknown): TokenizerError {
    return new TokenizerError('tokenizer.invalid', { source: this.name, file, reason }, { cause });
  }
}
