/**
 * Fills memory from a body.
 * @returns bytes that came, one more than fit where the body is longer
 */
export async function readInto(bytes: Uint8Array, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let filled = 0;
  for await (const chunk of chunks) {
    if (filled + chunk.byteLength > bytes.byteLength) return bytes.byteLength + 1;
    bytes.set(chunk, filled);
    filled += chunk.byteLength;
  }
  return filled;
}

/** A whole body as a blob, which a browser may hold on disk. */
export async function collectBlob(chunks: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Blob | undefined> {
  const parts: BlobPart[] = [];
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.byteLength;
    if (total > limitBytes) return undefined;
    parts.push(chunk as Uint8Array<ArrayBuffer>);
  }
  return new Blob(parts);
}
