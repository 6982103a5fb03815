import { ModelNotFoundError } from '@mlxengine/core';
import type { ModelFile, ModelSource, ReadOptions } from '@mlxengine/core';

/** One read that a {@link MemorySource} served. */
export interface RecordedRead {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** A model whose files are in memory, and that remembers what was read. */
export class MemorySource implements ModelSource {
  readonly name = 'memory';
  readonly reads: RecordedRead[] = [];
  readonly files: Map<string, Uint8Array>;

  constructor(files: Readonly<Record<string, Uint8Array | string>>) {
    const encode = (content: Uint8Array | string): Uint8Array => (typeof content === 'string' ? new TextEncoder().encode(content) : content);
    this.files = new Map(Object.entries(files).map(([path, content]) => [path, encode(content)]));
  }

  list(): Promise<readonly ModelFile[]> {
    return Promise.resolve([...this.files].map(([path, bytes]) => ({ path, size: bytes.length })));
  }

  read(path: string, { offset = 0, length, signal }: ReadOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    const bytes = this.files.get(path);
    if (bytes === undefined) throw new ModelNotFoundError('model.not-found', { model: this.name, reason: `no ${path}` });
    const end = length === undefined ? bytes.length : offset + length;
    this.reads.push({ path, offset, length: end - offset });
    return Promise.resolve(bytes.slice(offset, end));
  }
}
