/** A file that is being downloaded, under a name of its own until it is complete. */
export interface PartialFile {
  /** Bytes that an earlier try left. */
  size(): Promise<number>;
  /** Those bytes in order. */
  read(): AsyncIterable<Uint8Array>;
  /** Adds bytes at the end. */
  append(bytes: Uint8Array): Promise<void>;
  /** Throws all bytes away. */
  clear(): Promise<void>;
  /** Makes sure that the bytes last, and gives the file its final name in one step. */
  publish(): Promise<void>;
  /** Lets go of the file; what is there stays for the next try. */
  close(): Promise<void>;
}
