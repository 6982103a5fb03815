/** Reads parts of a tensor, file's or derived; it may keep what the next part needs again, so it serves one pass. */
export interface TensorReader {
  /**
   * Fills memory with the bytes of the row-major tensor from an offset on; both are at whole elements.
   * @throws `CheckpointError`, `AbortedError`, what the source throws
   */
  read(offset: number, into: Uint8Array): Promise<void>;
}

/** All of a tensor, in memory of its own. */
export async function readAll(reader: TensorReader, byteLength: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(byteLength);
  await reader.read(0, bytes);
  return bytes;
}
