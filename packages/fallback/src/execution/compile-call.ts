import type { KernelCall, KernelName } from '../lowering/kernel-call.js';
import { compileAttention, compileLatentAttention } from './calls/attention.js';
import { compileBinary, compileClip, compileGated, compileRound, compileScale, compileUnary } from './calls/element-wise.js';
import { compileCombine, compileRoute } from './calls/experts.js';
import { compileGather, compileGroup, compileLinearGroups, compilePrepareGroups, compileScatter } from './calls/grouped-linears.js';
import { compileEmbedding, compileLimitIds, compilePool, compileSelectRows } from './calls/inputs.js';
import { compileAddBias, compileLinear, compileLinearBFloat16, compileMatmul, compilePrepare } from './calls/linears.js';
import { compileL2Norm, compileLayerNorm, compileRmsNorm } from './calls/norms.js';
import { compileRope } from './calls/positions.js';
import { compileCausalConv, compileGatedDelta, compileSSMScan } from './calls/recurrences.js';
import { compileReduce, compileSoftmax } from './calls/reductions.js';
import { compileCopy } from './calls/shapes.js';
import type { CallSite, Compile, CompiledCall } from './compiled-call.js';

const compilers: { readonly [Kernel in KernelName]: Compile<Kernel> } = {
  embedding: compileEmbedding,
  limitIds: compileLimitIds,
  selectRows: compileSelectRows,
  pool: compilePool,
  prepare: compilePrepare,
  linear: compileLinear,
  linearBFloat16: compileLinearBFloat16,
  addBias: compileAddBias,
  group: compileGroup,
  gather: compileGather,
  scatter: compileScatter,
  prepareGroups: compilePrepareGroups,
  linearGroups: compileLinearGroups,
  matmul: compileMatmul,
  rmsNorm: compileRmsNorm,
  layerNorm: compileLayerNorm,
  l2Norm: compileL2Norm,
  rope: compileRope,
  attention: compileAttention,
  latentAttention: compileLatentAttention,
  unary: compileUnary,
  binary: compileBinary,
  scale: compileScale,
  clip: compileClip,
  gated: compileGated,
  roundBFloat16: compileRound,
  route: compileRoute,
  combine: compileCombine,
  causalConv: compileCausalConv,
  gatedDelta: compileGatedDelta,
  ssmScan: compileSSMScan,
  reduce: compileReduce,
  softmax: compileSoftmax,
  copy: compileCopy,
};

/** Binds a call to kernels and addresses. */
export function compileCall(call: KernelCall, site: CallSite): CompiledCall {
  return (compilers[call.kernel] as Compile<KernelName>)(call, site);
}
