import { InvalidArgumentError } from '@mlxengine/core';

/** What a {@link StopStringMatcher} lets through. */
export interface StopStringResult {
  /** Text that is certainly part of the answer; may be empty. */
  readonly text: string;
  /** The stop string that was met, from then on. */
  readonly stop?: string;
}

/** Node of the automaton: a prefix of one or more stop strings. */
interface Prefix {
  readonly length: number;
  readonly next: Map<number, Prefix>;
  /** The longest proper suffix of this prefix that is a prefix as well. */
  fallback: Prefix | undefined;
  /** The longest stop string that this prefix ends with. */
  stop: string | undefined;
}

/**
 * Finds stop strings in text that comes in pieces, however it is cut. Only what may still become a stop string is held
 * back. The stop string that is complete first wins; of several that end together, the longest.
 *
 * Time is linear in the text, whatever the number of stop strings (Aho and Corasick, 1975).
 */
export class StopStringMatcher {
  readonly #root: Prefix;
  #state: Prefix;
  #held = '';
  #stop: string | undefined;

  /** @throws `InvalidArgumentError` where a stop string is empty. */
  constructor(stops: readonly string[]) {
    if (stops.includes('')) {
      throw new InvalidArgumentError('argument.out-of-range', { name: 'stop', found: '""', expected: 'strings of at least one character' });
    }
    this.#root = automaton(stops);
    this.#state = this.#root;
  }

  /** Takes more text and returns what is certain. After a stop string nothing more comes. */
  push(text: string): StopStringResult {
    if (this.#stop !== undefined) return { text: '', stop: this.#stop };
    const all = this.#held + text;
    for (let index = this.#held.length; index < all.length; index += 1) {
      this.#state = this.#advance(all.charCodeAt(index));
      if (this.#state.stop === undefined) continue;
      this.#stop = this.#state.stop;
      this.#held = '';
      return { text: all.slice(0, index + 1 - this.#stop.length), stop: this.#stop };
    }
    const certain = all.length - this.#state.length;
    this.#held = all.slice(certain);
    return { text: all.slice(0, certain) };
  }

  /** What was held back, once no more text comes. No stop string can be met here any more. */
  flush(): string {
    const text = this.#held;
    this.#held = '';
    this.#state = this.#root;
    return text;
  }

  #advance(code: number): Prefix {
    let state: Prefix | undefined = this.#state;
    while (state !== undefined) {
      const next = state.next.get(code);
      if (next !== undefined) return next;
      state = state.fallback;
    }
    return this.#root;
  }
}

function automaton(stops: readonly string[]): Prefix {
  const root = newPrefix(0);
  for (const stop of stops) {
    let node = root;
    for (let index = 0; index < stop.length; index += 1) {
      const code = stop.charCodeAt(index);
      let next = node.next.get(code);
      if (next === undefined) node.next.set(code, (next = newPrefix(index + 1)));
      node = next;
    }
    node.stop = stop;
  }
  linkFallbacks(root);
  return root;
}

/** Breadth first, so that every shorter prefix is linked before a longer one needs it. */
function linkFallbacks(root: Prefix): void {
  const queue: Prefix[] = [root];
  for (const node of queue) {
    for (const [code, child] of node.next) {
      let fallback = node.fallback;
      while (fallback !== undefined && !fallback.next.has(code)) fallback = fallback.fallback;
      child.fallback = fallback?.next.get(code) ?? root;
      child.stop ??= child.fallback.stop;
      queue.push(child);
    }
  }
}

function newPrefix(length: number): Prefix {
  return { length, next: new Map(), fallback: undefined, stop: undefined };
}
