import type { RouteOperation, ValueId } from '@mlxengine/core/graph';
import { AttentionBuilder } from './attention-builder.js';

/** What {@link ExpertBuilder.route} takes; see `RouteOperation` for the order in which it is done. */
export interface RouteOptions extends Partial<Pick<RouteOperation, 'selectionBias' | 'groups' | 'normalize' | 'expertScale' | 'jitter'>> {
  /** Experts a row. */
  readonly count: number;
  readonly scoring: RouteOperation['scoring'];
  /** Whether the weights are a softmax among the chosen; default false. */
  readonly softmax?: boolean;
  /** Factor on the weights; default 1. */
  readonly scale?: number;
}

/** Mixture of experts. */
export class ExpertBuilder extends AttentionBuilder {
  /** Chooses `count` experts for each row of `[n, experts]`: indices int32 `[n, count]` and weights `[n, count]`. */
  route(input: ValueId, { count, scoring, softmax = false, scale = 1, ...options }: RouteOptions): { readonly indices: ValueId; readonly weights: ValueId } {
    const { leading, dimensions: [experts = 0] } = this.ranked('route', input, 1);
    this.check('route', 'count', `1 to ${experts}`, Number.isSafeInteger(count) && count > 0 && count <= experts, count);
    const { groups } = options;
    if (groups !== undefined) {
      const fits = experts % groups.count === 0 && groups.keep > 0 && groups.keep <= groups.count && (groups.score === 'max' || experts / groups.count > 1);
      this.check('route', 'groups', `that divide ${experts} experts`, fits, `${groups.keep} of ${groups.count}`);
    }
    for (const path of [options.selectionBias, options.expertScale]) if (path !== undefined) this.declareTensor('route', path, [experts]);
    const indices = this.value({ leading, dimensions: [count], dtype: 'int32' });
    const output = this.floats(leading, [count]);
    this.push({ type: 'route', input, scoring, count, softmax, scale, ...options, indices, output });
    return { indices, weights: output };
  }

  /**
   * A linear with the matrices of the chosen experts out of the stack `[experts, dimensions, in]`: `[n, in]` or
   * `[n, count, in]` to `[n, count, dimensions]`.
   */
  expertLinear(
    input: ValueId, indices: ValueId, weight: string,
    { experts, dimensions, bias = false }: { readonly experts: number; readonly dimensions: number; readonly bias?: boolean },
  ): ValueId {
    const chosen = this.at('expertLinear', indices);
    const [count] = chosen.dimensions;
    if (chosen.dtype !== 'int32' || count === undefined) throw this.mismatch('expertLinear', 'indices', 'int32 [n, count]', indices);
    const value = this.float('expertLinear', input, weight);
    const size = value.dimensions.at(-1) ?? 0;
    this.expect('expertLinear', weight, input, chosen.leading, value.dimensions.length === 1 ? [size] : [count, size]);
    this.declare('expertLinear', { path: weight, kind: 'stack', shape: [experts, dimensions, size], bias });
    const output = this.floats(chosen.leading, [count, dimensions]);
    return this.push({ type: 'expertLinear', input, indices, weight, output });
  }

  /** Sum of the experts' answers by their weights: `[n, count, D]` and `[n, count]` to `[n, D]`. */
  combine(input: ValueId, weights: ValueId): ValueId {
    const { leading, dimensions: [count = 0, size = 0] } = this.ranked('combine', input, 2);
    this.expect('combine', 'weights', weights, leading, [count]);
    return this.push({ type: 'combine', input, weights, output: this.floats(leading, [size]) });
  }
}
