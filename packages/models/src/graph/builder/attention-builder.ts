import type { KVStateDeclaration, ValueId } from '@mlxengine/core/graph';
import type { RopeSettings } from '../rope-settings.js';
import { shapeError } from './graph-store.js';
import { WeightBuilder } from './weight-builder.js';

/** What {@link AttentionBuilder.attention} takes. */
export interface AttentionInputs {
  /** `[tokens, Hq, D]` */
  readonly queries: ValueId;
  /** `[tokens, Hkv, D]`, Hq a multiple of Hkv */
  readonly keys: ValueId;
  /** `[tokens, Hkv, Dv]` */
  readonly values: ValueId;
  /**
   * Name of the key-value cache; the builder declares it. A later attention may name it again where it gives the same keys
   * and values. Absent: nothing is kept, and a sequence has to lie in a step whole.
   */
  readonly state?: string;
  /** Factor on the scores, usually `D ** -0.5`. */
  readonly scale: number;
  /** Whether a token sees only what lies before it; default true, and always with a state. */
  readonly causal?: boolean;
  /** How many of the latest keys a token sees, itself included; default: all. */
  readonly window?: number | undefined;
  /** Scores become `softcap · tanh(score / softcap)`; default: they stay. */
  readonly softcap?: number | undefined;
  /** Name of a tensor `[Hq]` of attention sinks. */
  readonly sinks?: string | undefined;
}

/** What {@link AttentionBuilder.latentAttention} takes; see `LatentAttentionOperation` for the shapes. */
export interface LatentAttentionInputs {
  readonly queries: ValueId;
  readonly rotatedQueries: ValueId;
  readonly latents: ValueId;
  readonly rotatedKeys: ValueId;
  readonly keyWeight: string;
  readonly valueWeight: string;
  /** Dv */
  readonly valueDimension: number;
  readonly state: string;
  readonly scale: number;
}

/** Attention and positions. */
export class AttentionBuilder extends WeightBuilder {
  /** Rotary position embedding of `[tokens, heads, D]`. */
  rope(input: ValueId, settings: RopeSettings): ValueId {
    const value = this.float('rope', input);
    const { rotaryDimensions, traditional, inverseFrequencies, amplitude, dynamic, plain } = settings;
    const [heads, size = 0] = value.dimensions;
    if (value.leading !== 'tokens' || heads === undefined || value.dimensions.length !== 2 || size < rotaryDimensions) {
      throw this.mismatch('rope', 'input', `float [tokens, heads, >= ${rotaryDimensions}]`, input);
    }
    if (rotaryDimensions % 2 !== 0 || inverseFrequencies.length !== rotaryDimensions / 2) {
      throw shapeError('rope', 'inverse frequencies', `${rotaryDimensions} / 2`, String(inverseFrequencies.length));
    }
    const output = this.floats('tokens', value.dimensions);
    return this.push({ type: 'rope', input, rotaryDimensions, traditional, inverseFrequencies, amplitude, ...(dynamic && { dynamic }), ...(plain && { plain }), output });
  }

  /** `x · (1 + beta · ln(1 + floor(position / length)))` */
  positionScale(input: ValueId, { beta, length }: { readonly beta: number; readonly length: number }): ValueId {
    const { leading, dimensions } = this.float('positionScale', input);
    if (leading !== 'tokens') throw this.mismatch('positionScale', 'input', 'float [tokens, …]', input);
    return this.push({ type: 'positionScale', input, beta, length, output: this.floats(leading, dimensions) });
  }

  /** Scaled dot-product attention: `[tokens, Hq, Dv]`. */
  attention({ queries, keys, values, state, scale, causal = true, window, softcap, sinks }: AttentionInputs): ValueId {
    const detail = (what: string): string => (state === undefined ? what : `${what} of ${state}`);
    const [queryHeads = 0, queryDimension = 0] = this.expect('attention', detail('queries'), queries, 'tokens', [-1, -1]);
    const [heads = 0] = this.expect('attention', detail('keys'), keys, 'tokens', [-1, queryDimension]);
    const [, valueDimension = 0] = this.expect('attention', detail('values'), values, 'tokens', [heads, -1]);
    if (queryHeads % heads !== 0) throw this.mismatch('attention', detail('queries'), `[tokens, n · ${heads}, D]`, queries);
    this.check('attention', detail('window'), 'a whole number > 0', window === undefined || (Number.isSafeInteger(window) && window > 0), window);
    if (state !== undefined) {
      this.check('attention', `causal of ${state}`, 'true with a state', causal, causal);
      this.declareCache({
        type: 'kv', name: state, heads, keyDimension: queryDimension, valueDimension, ...(window !== undefined && { window }),
      }, keys, values);
    }
    if (sinks !== undefined) this.declareTensor('attention', sinks, [queryHeads]);
    const optional = {
      ...(state !== undefined && { state }), ...(window !== undefined && { window }),
      ...(softcap !== undefined && { softcap }), ...(sinks !== undefined && { sinks }),
    };
    const output = this.floats('tokens', [queryHeads, valueDimension]);
    return this.push({ type: 'attention', queries, keys, values, scale, causal, ...optional, output });
  }

  /** Causal multi-head latent attention: `[tokens, heads, Dv]`. */
  latentAttention(inputs: LatentAttentionInputs): ValueId {
    const { queries, rotatedQueries, latents, rotatedKeys, keyWeight, valueWeight, valueDimension, state, scale } = inputs;
    const [heads = 0, queryDimension = 0] = this.expect('latentAttention', `queries of ${state}`, queries, 'tokens', [-1, -1]);
    const [rank = 0] = this.expect('latentAttention', `latents of ${state}`, latents, 'tokens', [-1]);
    const [ropeDimension = 0] = this.expect('latentAttention', `rotatedKeys of ${state}`, rotatedKeys, 'tokens', [-1]);
    this.expect('latentAttention', `rotatedQueries of ${state}`, rotatedQueries, 'tokens', [heads, ropeDimension]);
    this.declare('latentAttention', { path: keyWeight, kind: 'stack', shape: [heads, rank, queryDimension], bias: false });
    this.declare('latentAttention', { path: valueWeight, kind: 'stack', shape: [heads, valueDimension, rank], bias: false });
    this.declareState('latentAttention', { type: 'latent', name: state, rank, ropeDimension });
    const output = this.floats('tokens', [heads, valueDimension]);
    return this.push({
      type: 'latentAttention', queries, rotatedQueries, latents, rotatedKeys, keyWeight, valueWeight, state, scale, output,
    });
  }

  /** A state of its own, or the one that an earlier attention filled with the very same keys and values. */
  private declareCache(state: KVStateDeclaration, keys: ValueId, values: ValueId): void {
    const owner = this.operations.find((operation) => operation.type === 'attention' && operation.state === state.name);
    const shared = owner?.type === 'attention' && owner.keys === keys && owner.values === values;
    if (!shared) return this.declareState('attention', state);
    const index = this.states.findIndex(({ name }) => name === state.name);
    const declared = this.states[index];
    // What one of them reads has to stay: the wider window counts.
    if (declared?.type === 'kv' && declared.window !== undefined && (state.window ?? Infinity) > declared.window) this.states[index] = state;
  }
}
