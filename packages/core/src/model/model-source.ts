/** One file of a model, as a {@link ModelSource} lists it. */
export interface ModelFile {
  /** Path relative to the model's root, `/`-separated, without `..`. */
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
}

/** Which part of a file to read. */
export interface ReadOptions {
  /** First byte; default 0. */
  readonly offset?: number;
  /** Number of bytes; default up to the end of the file. */
  readonly length?: number;
  /** Memory, exactly as long as the range, that a source may fill and give back instead of allocating; it need not. */
  readonly into?: Uint8Array;
  readonly signal?: AbortSignal;
}

/**
 * Read access to the files of one model, wherever they are: a folder, the hub cache, HTTP, OPFS, memory.
 * It is the only thing that downloader, registry and models share.
 */
export interface ModelSource {
  /** What to call this source in messages: a path or an id. */
  readonly name: string;
  /** All files, in no particular order. */
  list(options?: { readonly signal?: AbortSignal }): Promise<readonly ModelFile[]>;
  /**
   * Reads a range of one file.
   * @throws `ModelNotFoundError` where the file does not exist, `StorageError` where it is shorter than the range.
   */
  read(path: string, options?: ReadOptions): Promise<Uint8Array>;
  /** The file's absolute path where it lies on a local disk, otherwise absent: native backends then read it themselves. */
  localPath?(path: string): string | undefined;
}
