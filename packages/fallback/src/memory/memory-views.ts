/** Typed views of a WebAssembly memory that survive its growth. */
export class MemoryViews {
  readonly memory: WebAssembly.Memory;
  #bytes: Uint8Array<ArrayBuffer>;
  #floats: Float32Array<ArrayBuffer>;
  #words: Uint32Array<ArrayBuffer>;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    [this.#bytes, this.#floats, this.#words] = viewsOf(memory);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    this.#refresh();
    return this.#bytes;
  }

  get floats(): Float32Array<ArrayBuffer> {
    this.#refresh();
    return this.#floats;
  }

  get words(): Uint32Array<ArrayBuffer> {
    this.#refresh();
    return this.#words;
  }

  #refresh(): void {
    if (this.#bytes.buffer !== this.memory.buffer) [this.#bytes, this.#floats, this.#words] = viewsOf(this.memory);
  }
}

function viewsOf({ buffer }: WebAssembly.Memory): [Uint8Array<ArrayBuffer>, Float32Array<ArrayBuffer>, Uint32Array<ArrayBuffer>] {
  const own = buffer;
  return [new Uint8Array(own), new Float32Array(own), new Uint32Array(own)];
}
