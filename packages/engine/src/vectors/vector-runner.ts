import { InvalidArgumentError, throwIfAborted, UnloadedError } from '@mlxengine/core';
import type { EncodedSequence } from '@mlxengine/text';
import type { OpenedTextModel } from '../open-model.js';
import { batchesOf } from './batches.js';

/** Sequences to vectors, for embedding models and rerankers: batches, abort, and unloading while requests run. */
export class VectorRunner {
  readonly #opened: OpenedTextModel;
  readonly #segments: boolean;
  readonly #running = new Set<Promise<unknown>>();
  readonly #unloading = new AbortController();
  #unloaded: Promise<void> | undefined;

  constructor(opened: OpenedTextModel) {
    this.#opened = opened;
    this.#segments = opened.checkpoint.graph.operations.some(({ type }) => type === 'tokenTypes');
  }

  /**
   * One vector a sequence, in order.
   * @param encode - makes the sequences; not called after `unload`
   */
  async run(encode: () => readonly EncodedSequence[], signal: AbortSignal | undefined): Promise<{ vectors: readonly Float32Array[]; tokens: number }> {
    this.#checkLoaded();
    const work = this.#run(encode, signal);
    this.#running.add(work);
    try {
      return await work;
    } catch (error) {
      this.#checkLoaded();
      throw error;
    } finally {
      this.#running.delete(work);
    }
  }

  unload(): Promise<void> {
    this.#unloaded ??= this.#stop();
    return this.#unloaded;
  }

  async #stop(): Promise<void> {
    this.#unloading.abort();
    await Promise.allSettled(this.#running);
    await this.#opened.close();
  }

  async #run(encode: () => readonly EncodedSequence[], signal: AbortSignal | undefined): Promise<{ vectors: readonly Float32Array[]; tokens: number }> {
    throwIfAborted(signal, 'Computing vectors');
    const sequences = encode();
    const empty = sequences.findIndex(({ ids }) => ids.length === 0);
    if (empty >= 0) throw new InvalidArgumentError('argument.out-of-range', { name: `texts[${empty}]`, found: 'without tokens', expected: 'text' });
    const both = signal === undefined ? this.#unloading.signal : AbortSignal.any([signal, this.#unloading.signal]);
    const vectors: Float32Array[] = [];
    for (const batch of batchesOf(sequences.map(({ ids }) => ids.length))) {
      throwIfAborted(both, 'Computing vectors');
      const chosen = batch.map((index) => sequences[index]!);
      const { pooled } = await this.#opened.model.embed({
        sequences: chosen.map(({ ids }) => ids), ...(this.#segments && { tokenTypes: chosen.map(({ types }) => types) }),
      }, { signal: both });
      batch.forEach((index, place) => (vectors[index] = pooled[place]!));
    }
    return { vectors, tokens: sequences.reduce((sum, { ids }) => sum + ids.length, 0) };
  }

  #checkLoaded(): void {
    if (this.#unloaded === undefined) return;
    throw new UnloadedError('unloaded.engine', { model: this.#opened.checkpoint.configuration.id });
  }
}
