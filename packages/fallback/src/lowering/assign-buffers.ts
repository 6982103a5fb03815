import { callBuffers, type KernelCall } from './kernel-call.js';
import type { BufferShape, Program } from './program.js';

/** How many rows of each kind a step may have. */
export interface StepLimits {
  readonly tokens: number;
  readonly rows: number;
  readonly sequences: number;
}

/** Addresses of all buffers. */
export interface BufferPlan {
  readonly addresses: readonly number[];
  /** First free address behind them. */
  readonly end: number;
}

// Kernels write whole vectors, so a buffer has room past its last element.
const alignment = 64;

/** Gives buffers addresses from `begin` on; those whose lives do not meet share a place. */
export function assignBuffers(program: Program, limits: StepLimits, begin: number): BufferPlan {
  const sizes = program.buffers.map((shape) => bytesOf(shape, limits));
  const addresses = program.buffers.map(() => 0);
  const arena = new Arena(begin);
  program.buffers.forEach(({ pinned, address }, id) => {
    if (pinned) addresses[id] = address ?? arena.allocate(sizes[id] ?? 0);
  });
  for (const calls of [program.constantCalls, program.tokenCalls, program.rowCalls, program.sequenceCalls]) placeCalls(calls);
  return { addresses, end: arena.end };

  function placeCalls(calls: readonly KernelCall[]): void {
    const lives = livesOf(calls).filter(({ id }) => !isPinned(id));
    const born = Map.groupBy(lives, ({ first }) => first);
    const gone = Map.groupBy(lives, ({ last }) => last);
    calls.forEach((_, index) => {
      for (const { id } of born.get(index) ?? []) addresses[id] = arena.allocate(sizes[id] ?? 0);
      for (const { id } of gone.get(index) ?? []) arena.free(addresses[id] ?? 0, sizes[id] ?? 0);
    });
  }

  function isPinned(id: number): boolean {
    return program.buffers[id]?.pinned ?? true;
  }
}

function bytesOf({ leading, elements }: BufferShape, limits: StepLimits): number {
  const rows = leading === 'none' ? 1 : limits[leading];
  return Math.ceil((rows * elements * 4 + 16) / alignment) * alignment;
}

function livesOf(calls: readonly KernelCall[]): readonly { readonly id: number; readonly first: number; readonly last: number }[] {
  const lives = new Map<number, { readonly id: number; readonly first: number; last: number }>();
  calls.forEach((call, index) => {
    const { reads, writes } = callBuffers(call);
    for (const id of [...reads, ...writes]) {
      const life = lives.get(id);
      if (life === undefined) lives.set(id, { id, first: index, last: index });
      else life.last = index;
    }
  });
  return [...lives.values()];
}

/** First-fit allocation over a list of holes. */
class Arena {
  #holes: { begin: number; end: number }[] = [];
  end: number;

  constructor(begin: number) {
    this.end = Math.ceil(begin / alignment) * alignment;
  }

  allocate(bytes: number): number {
    const hole = this.#holes.find(({ begin, end }) => end - begin >= bytes);
    if (hole !== undefined) {
      const address = hole.begin;
      hole.begin += bytes;
      return address;
    }
    const address = this.end;
    this.end += bytes;
    return address;
  }

  free(address: number, bytes: number): void {
    const holes = [...this.#holes, { begin: address, end: address + bytes }].sort((a, b) => a.begin - b.begin);
    const joined: typeof holes = [];
    for (const hole of holes) {
      const last = joined.at(-1);
      if (last !== undefined && last.end >= hole.begin) last.end = Math.max(last.end, hole.end);
      else if (hole.end > hole.begin) joined.push({ ...hole });
    }
    this.#holes = joined;
  }
}
