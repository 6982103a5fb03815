import { OutOfMemoryError } from '@mlxengine/core';
import type { BackendModel, ComputeDtype, MemoryReport } from '@mlxengine/core/backend';
import { fittingPositions, stateBytes, type ModelGraph, type StateFormat } from '@mlxengine/core/graph';
import type { NativeModelSpecification } from '../abi/native-addon.js';

const floatBytes: Readonly<Record<ComputeDtype, number>> = { float32: 4, float16: 2, bfloat16: 2 };
const elementBytes: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2, U32: 4, U8: 1 };

/** Weights of a model once they are loaded, in bytes. */
export function weightBytes({ tensors, dtype }: Pick<NativeModelSpecification, 'tensors' | 'dtype'>): number {
  return tensors.reduce((sum, { dtype: stored, shape }) => {
    const size = stored === 'F16' || stored === 'BF16' || stored === 'F32' ? floatBytes[dtype] : (elementBytes[stored] ?? 4);
    return sum + shape.reduce((product, dimension) => product * dimension, size);
  }, 0);
}

/** What {@link MemoryBudget} needs. */
export interface MemoryBudgetInit {
  readonly device: string;
  readonly report: () => MemoryReport;
  /** Whether new work is refused for the system's sake. */
  readonly refusesWork: () => boolean;
  /** Gives back what is kept for later requests alone. */
  readonly dropCaches: () => void;
}

/**
 * Decides before work whether its memory can be had. What is active is either weights, which stay, or states, which their requests
 * give back and caches on demand: so a sequence may take whatever the weights leave.
 */
export class MemoryBudget {
  readonly #init: MemoryBudgetInit;
  #weightBytes = 0;

  constructor(init: MemoryBudgetInit) {
    this.#init = init;
  }

  /**
   * Sets memory for weights aside.
   * @returns gives it back
   * @throws `OutOfMemoryError`
   */
  reserveWeights(model: string, bytes: number): () => void {
    this.#checkPressure(`Loading ${model}`);
    const availableBytes = this.#left();
    if (availableBytes !== undefined && bytes > availableBytes) {
      const { device } = this.#init;
      throw new OutOfMemoryError('memory.weights', { model, neededBytes: bytes, device, availableBytes });
    }
    this.#makeRoom(bytes);
    this.#weightBytes += bytes;
    let reserved = true;
    return () => {
      if (reserved) this.#weightBytes -= bytes;
      reserved = false;
    };
  }

  /**
   * Refuses a sequence that could not have the memory for its states even if it were alone.
   * @param what - as the subject of a sentence
   * @throws `OutOfMemoryError`
   */
  checkSequence(what: string, states: ModelGraph['states'], tokens: number, format: StateFormat): void {
    this.#checkPressure(what);
    const availableBytes = this.#left();
    if (availableBytes === undefined) return;
    const neededBytes = stateBytes(states, tokens, format);
    if (neededBytes > availableBytes) {
      const fittingTokens = fittingPositions(states, availableBytes, format);
      const quantizedTokens = fittingPositions(states, availableBytes, { ...format, bits: 4 });
      throw new OutOfMemoryError('memory.sequence', { tokens, neededBytes, availableBytes, fittingTokens, quantizedTokens });
    }
    this.#makeRoom(neededBytes);
  }

  /** Most tokens of a sequence; `undefined` where that is not known. */
  fittingTokens(states: ModelGraph['states'], format: StateFormat): number | undefined {
    const left = this.#left();
    return left === undefined ? undefined : fittingPositions(states, left, format);
  }

  #checkPressure(what: string): void {
    if (this.#init.refusesWork()) throw new OutOfMemoryError('memory.pressure', { what });
  }

  #left(): number | undefined {
    const { activeBytes, availableBytes } = this.#init.report();
    return availableBytes === undefined ? undefined : Math.max(0, activeBytes + availableBytes - Math.max(this.#weightBytes, 0));
  }

  /** Where what is free does not do, what is kept for later requests goes. */
  #makeRoom(bytes: number): void {
    const { availableBytes } = this.#init.report();
    if (availableBytes !== undefined && bytes > availableBytes) this.#init.dropCaches();
  }
}

/** How states are held, in the words of the estimate. */
export function stateFormat(dtype: BackendModel['dtype']): StateFormat {
  return { floatBytes: floatBytes[dtype] };
}
