import type { GraphOperation, ModelGraph, ValueId } from '@mlxengine/core/graph';
import { Lowering, type OperationOf } from './lowering.js';
import { lowerAttention, lowerLatentAttention } from './operations/attention.js';
import { lowerBinary, lowerClip, lowerGated, lowerScale, lowerUnary } from './operations/element-wise.js';
import { lowerCombine, lowerExpertLinear, lowerRoute } from './operations/experts.js';
import {
  lowerEmbedding, lowerParameter, lowerPool, lowerPositions, lowerSelectRows, lowerTokens, lowerTokenTypes,
} from './operations/inputs.js';
import { lowerHeadLinear, lowerLinear, lowerMatmul } from './operations/linears.js';
import { lowerL2Norm, lowerLayerNorm, lowerRmsNorm } from './operations/norms.js';
import { lowerPositionScale, lowerRope } from './operations/positions.js';
import { lowerCausalConv, lowerGatedDelta, lowerSSMScan } from './operations/recurrences.js';
import { lowerReduce, lowerSoftmax } from './operations/reductions.js';
import { lowerBroadcast, lowerConcat, lowerReshape, lowerSlice, lowerTranspose } from './operations/shapes.js';
import type { WeightPlan } from './plan-weights.js';
import type { Program } from './program.js';

type Lower<Type extends GraphOperation['type']> = (operation: OperationOf<Type>, lowering: Lowering) => void;

/** Makes each operation into kernel calls. */
const lowerings: { readonly [Type in GraphOperation['type']]: Lower<Type> } = {
  tokens: lowerTokens,
  positions: lowerPositions,
  tokenTypes: lowerTokenTypes,
  parameter: lowerParameter,
  embedding: lowerEmbedding,
  linear: lowerLinear,
  headLinear: lowerHeadLinear,
  matmul: lowerMatmul,
  rmsNorm: lowerRmsNorm,
  layerNorm: lowerLayerNorm,
  l2Norm: lowerL2Norm,
  rope: lowerRope,
  positionScale: lowerPositionScale,
  attention: lowerAttention,
  latentAttention: lowerLatentAttention,
  unary: lowerUnary,
  binary: lowerBinary,
  scale: lowerScale,
  clip: lowerClip,
  gated: lowerGated,
  reshape: lowerReshape,
  slice: lowerSlice,
  concat: lowerConcat,
  transpose: lowerTranspose,
  broadcast: lowerBroadcast,
  reduce: lowerReduce,
  softmax: lowerSoftmax,
  route: lowerRoute,
  expertLinear: lowerExpertLinear,
  combine: lowerCombine,
  causalConv: lowerCausalConv,
  gatedDelta: lowerGatedDelta,
  ssmScan: lowerSSMScan,
  selectRows: lowerSelectRows,
  pool: lowerPool,
};

// What an operation moves is rounded already.
const moves: readonly GraphOperation['type'][] = ['reshape', 'slice', 'concat', 'transpose', 'broadcast', 'selectRows'];

/** Makes a graph into kernel calls: the only place that knows both. */
export function lowerGraph(graph: ModelGraph, weights: WeightPlan): Program {
  const lowering = new Lowering(graph, weights);
  for (const operation of graph.operations) {
    (lowerings[operation.type] as Lower<GraphOperation['type']>)(operation, lowering);
    if (!moves.includes(operation.type)) round(operation.output, lowering);
  }
  return lowering.finish();
}

function round(value: ValueId, lowering: Lowering): void {
  if (!lowering.isBFloat16(value)) return;
  lowering.emit({ kernel: 'roundBFloat16', ...lowering.rows(value), output: lowering.of(value), elements: lowering.elements(value) });
}
