/** How a file's bytes are checked. */
export interface ExpectedHash {
  /** `sha256` of the bytes for large files, `git-sha1` of Git's blob for the others. */
  readonly algorithm: 'sha256' | 'git-sha1';
  /** Lower-case hexadecimal. */
  readonly value: string;
}

/** One file of a model on the hub. */
export interface HubFile {
  /** Safe to use below a folder. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Its value is also the file's name in the cache's `blobs`. */
  readonly hash: ExpectedHash;
}

/** A model at one commit. */
export interface HubSnapshot {
  readonly id: string;
  readonly commit: string;
  /** The files that are needed to run it. */
  readonly files: readonly HubFile[];
}
