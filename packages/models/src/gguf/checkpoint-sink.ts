/**
 * Takes the files of a checkpoint as they are written: into a folder, OPFS, memory. Whether all appear at once or none is
 * the sink's business; `config.json` is written last, so that a folder without it is never taken for a model.
 */
export interface CheckpointSink {
  /**
   * Writes one file to its end. An error of `chunks` passes through, and the file must then not stay.
   * @param path - relative, `/`-separated
   */
  write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
}
