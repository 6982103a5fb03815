import type { GraphOperation } from './graph-operation.js';
import type { ValueId } from './graph-value.js';

/** Ids of the values that an operation reads, in the order in which its type names them. */
export function operationInputs(operation: GraphOperation): readonly ValueId[] {
  switch (operation.type) {
    case 'tokens': case 'positions': case 'tokenTypes': case 'parameter': return [];
    case 'matmul': case 'binary': return [operation.left, operation.right];
    case 'gated': return [operation.gate, operation.up];
    case 'concat': return operation.inputs;
    case 'attention': return [operation.queries, operation.keys, operation.values];
    case 'latentAttention': return [operation.queries, operation.rotatedQueries, operation.latents, operation.rotatedKeys];
    case 'expertLinear': return [operation.input, operation.indices];
    case 'combine': return [operation.input, operation.weights];
    case 'gatedDelta': return [operation.queries, operation.keys, operation.values, operation.decay, operation.beta];
    case 'ssmScan': return [operation.input, operation.dt, operation.a, operation.b, operation.c];
    default: return [operation.input];
  }
}

/** Ids of the values that an operation makes. */
export function operationOutputs(operation: GraphOperation): readonly ValueId[] {
  return operation.type === 'route' ? [operation.indices, operation.output] : [operation.output];
}
