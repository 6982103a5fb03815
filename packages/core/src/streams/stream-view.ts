type Waiter<Item> = ReturnType<typeof Promise.withResolvers<IteratorResult<Item, undefined>>>;

/** How a view behaves. */
export interface StreamViewOptions<Item> {
  /** Adds an item to those that wait to be read, merging where that loses nothing, so that they stay few. */
  readonly add: (unread: Item[], item: Item) => void;
  /** The reader left before the end. */
  readonly onLeave?: () => void;
}

/** One reader's way through a stream: what it has not read yet, then the end or an error. */
export class StreamView<Item> implements AsyncIterableIterator<Item, undefined> {
  readonly #options: StreamViewOptions<Item>;
  readonly #unread: Item[] = [];
  readonly #waiters: Waiter<Item>[] = [];
  #ended = false;
  #error: Error | undefined;

  constructor(options: StreamViewOptions<Item>) {
    this.#options = options;
  }

  push(item: Item): void {
    if (this.#ended) return;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#options.add(this.#unread, item);
    else waiter.resolve({ done: false, value: item });
  }

  /** Ends the view once all has been read, with an error where one is given. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    for (const waiter of this.#waiters.splice(0)) this.#next().then(waiter.resolve, waiter.reject);
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    return this.#next();
  }

  return(): Promise<IteratorResult<Item, undefined>> {
    const early = !this.#ended;
    this.#unread.length = 0;
    this.end();
    this.#error = undefined;
    if (early) this.#options.onLeave?.();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #next(): Promise<IteratorResult<Item, undefined>> {
    const value = this.#unread.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (!this.#ended) {
      const waiter: Waiter<Item> = Promise.withResolvers();
      this.#waiters.push(waiter);
      return waiter.promise;
    }
    const error = this.#error;
    this.#error = undefined;
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
  }
}
