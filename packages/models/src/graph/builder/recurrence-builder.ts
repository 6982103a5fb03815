import type { ValueId } from '@mlxengine/core/graph';
import { ExpertBuilder } from './expert-builder.js';

/** What {@link RecurrenceBuilder.causalConv} takes. */
export interface CausalConvOptions {
  /** Name of the tensor `[channels, width, 1]`, such as `….conv1d.weight`. */
  readonly weight: string;
  /** Taps; the state keeps one less. */
  readonly width: number;
  /** Name of the tensor `[channels]`; default: no bias. */
  readonly bias?: string | undefined;
  readonly activation: 'none' | 'silu';
  /** Name of the state, unique in the graph; the builder declares it. */
  readonly state: string;
}

/** What {@link RecurrenceBuilder.gatedDelta} takes; see `GatedDeltaOperation` for shapes and formula. */
export interface GatedDeltaInputs {
  readonly queries: ValueId;
  readonly keys: ValueId;
  readonly values: ValueId;
  readonly decay: ValueId;
  readonly beta: ValueId;
  /** Name of the state, unique in the graph; the builder declares it. */
  readonly state: string;
}

/** What {@link RecurrenceBuilder.ssmScan} takes; see `SSMScanOperation` for shapes and formula. */
export interface SSMScanInputs {
  readonly dt: ValueId;
  readonly a: ValueId;
  readonly b: ValueId;
  readonly c: ValueId;
  /** Name of the state, unique in the graph; the builder declares it. */
  readonly state: string;
}

/** Operations whose state is not a cache of all tokens. */
export class RecurrenceBuilder extends ExpertBuilder {
  /** Depthwise causal convolution of `[tokens, channels]`. */
  causalConv(input: ValueId, { weight, width, bias, activation, state }: CausalConvOptions): ValueId {
    const [channels = 0] = this.expect('causalConv', `input of ${state}`, input, 'tokens', [-1]);
    this.check('causalConv', `width of ${state}`, '2 or more', Number.isSafeInteger(width) && width > 1, width);
    this.declareTensor('causalConv', weight, [channels, width, 1]);
    if (bias !== undefined) this.declareTensor('causalConv', bias, [channels]);
    this.declareState('causalConv', { type: 'rolling', name: state, channels, width: width - 1 });
    const output = this.floats('tokens', [channels]);
    return this.push({ type: 'causalConv', input, weight, ...(bias !== undefined && { bias }), activation, state, output });
  }

  /** Gated delta rule: `[tokens, Hv, Dv]`. */
  gatedDelta({ queries, keys, values, decay, beta, state }: GatedDeltaInputs): ValueId {
    const [keyHeads = 0, keyDimension = 0] = this.expect('gatedDelta', `keys of ${state}`, keys, 'tokens', [-1, -1]);
    this.expect('gatedDelta', `queries of ${state}`, queries, 'tokens', [keyHeads, keyDimension]);
    const [heads = 0, valueDimension = 0] = this.expect('gatedDelta', `values of ${state}`, values, 'tokens', [-1, -1]);
    if (heads % keyHeads !== 0) throw this.mismatch('gatedDelta', `values of ${state}`, `[tokens, n · ${keyHeads}, D]`, values);
    const columns = this.dimensionsOf(decay).length > 1 ? [keyDimension] : [];
    this.expect('gatedDelta', `decay of ${state}`, decay, 'tokens', [heads, ...columns]);
    this.expect('gatedDelta', `beta of ${state}`, beta, 'tokens', [heads]);
    this.declareState('gatedDelta', { type: 'matrix', name: state, shape: [heads, valueDimension, keyDimension] });
    const output = this.floats('tokens', [heads, valueDimension]);
    return this.push({ type: 'gatedDelta', queries, keys, values, decay, beta, state, output });
  }

  /** Selective state-space scan of `[tokens, H, D]`. */
  ssmScan(input: ValueId, { dt, a, b, c, state }: SSMScanInputs): ValueId {
    const [heads = 0, size = 0] = this.expect('ssmScan', `input of ${state}`, input, 'tokens', [-1, -1]);
    const [groups = 0, stateSize = 0] = this.expect('ssmScan', `b of ${state}`, b, 'tokens', [-1, -1]);
    this.expect('ssmScan', `c of ${state}`, c, 'tokens', [groups, stateSize]);
    this.expect('ssmScan', `dt of ${state}`, dt, 'tokens', [heads]);
    if (heads % groups !== 0) throw this.mismatch('ssmScan', `input of ${state}`, `[tokens, n · ${groups}, D]`, input);
    const columns = this.dimensionsOf(a).length > 1 ? [stateSize] : [];
    this.expect('ssmScan', `a of ${state}`, a, 'none', [heads, ...columns]);
    this.declareState('ssmScan', { type: 'matrix', name: state, shape: [heads, size, stateSize] });
    return this.push({ type: 'ssmScan', input, dt, a, b, c, state, output: this.floats('tokens', [heads, size]) });
  }
}
