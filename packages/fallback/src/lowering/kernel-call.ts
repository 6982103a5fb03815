import type { AttentionCall, LatentAttentionCall } from './calls/attention.js';
import type { BufferId } from './calls/call.js';
import type { BinaryCall, ClipCall, GatedCall, RoundCall, ScaleCall, UnaryCall } from './calls/element-wise.js';
import type { CombineCall, RouteCall } from './calls/experts.js';
import type { EmbeddingCall, LimitIdsCall, PoolCall, SelectRowsCall } from './calls/inputs.js';
import type {
  AddBiasCall, GatherCall, GroupCall, LinearBFloat16Call, LinearCall, LinearGroupsCall, MatmulCall, PrepareCall, PrepareGroupsCall,
} from './calls/linears.js';
import type { NormCall } from './calls/norms.js';
import type { RopeCall } from './calls/positions.js';
import type { CausalConvCall, GatedDeltaCall, SSMScanCall } from './calls/recurrences.js';
import type { ReduceCall, SoftmaxCall } from './calls/reductions.js';
import type { CopyCall } from './calls/shapes.js';

/** One call of a kernel, as plain data. */
export type KernelCall =
  | EmbeddingCall
  | LimitIdsCall
  | SelectRowsCall
  | PoolCall
  | PrepareCall
  | LinearCall
  | LinearBFloat16Call
  | AddBiasCall
  | GroupCall
  | GatherCall
  | PrepareGroupsCall
  | LinearGroupsCall
  | MatmulCall
  | NormCall
  | RopeCall
  | AttentionCall
  | LatentAttentionCall
  | UnaryCall
  | BinaryCall
  | ScaleCall
  | ClipCall
  | GatedCall
  | RoundCall
  | RouteCall
  | CombineCall
  | CausalConvCall
  | GatedDeltaCall
  | SSMScanCall
  | ReduceCall
  | SoftmaxCall
  | CopyCall;

/** Names of the calls' kinds. */
export type KernelName = KernelCall['kernel'];

/** The call of a kind. */
export type CallOf<Kernel extends KernelName> = WithKernel<KernelCall, Kernel>;

type WithKernel<Call extends KernelCall, Kernel> = Call extends KernelCall ? (Kernel extends Call['kernel'] ? Call : never) : never;

interface BufferFields<Kernel extends KernelName> {
  readonly reads: readonly (string & keyof CallOf<Kernel>)[];
  readonly writes: readonly (string & keyof CallOf<Kernel>)[];
}

const inputToOutput = { reads: ['input'], writes: ['output'] } as const;

/** The members of each call that are buffers. */
const bufferFields: { readonly [Kernel in KernelName]: BufferFields<Kernel> } = {
  embedding: { reads: ['ids'], writes: ['output'] },
  limitIds: { reads: ['ids'], writes: ['output'] },
  selectRows: { reads: ['input', 'indices'], writes: ['output'] },
  pool: inputToOutput,
  prepare: { reads: ['input'], writes: ['output', 'sums'] },
  linear: { reads: ['input', 'sums', 'scratch'], writes: ['output'] },
  linearBFloat16: inputToOutput,
  addBias: { reads: [], writes: ['output'] },
  group: { reads: ['indices'], writes: ['order', 'offsets'] },
  gather: { reads: ['input', 'order'], writes: ['output'] },
  scatter: { reads: ['input', 'order'], writes: ['output'] },
  prepareGroups: { reads: ['input', 'offsets'], writes: ['output', 'sums'] },
  linearGroups: { reads: ['input', 'sums', 'offsets', 'scratch'], writes: ['output'] },
  matmul: { reads: ['left', 'right'], writes: ['output'] },
  rmsNorm: inputToOutput,
  layerNorm: inputToOutput,
  l2Norm: inputToOutput,
  rope: { reads: ['input', 'table'], writes: ['output'] },
  attention: { reads: ['queries', 'keys', 'values', 'scores'], writes: ['output'] },
  latentAttention: { reads: ['queries', 'rotatedQueries', 'latents', 'rotatedKeys', 'scores'], writes: ['output'] },
  unary: inputToOutput,
  binary: { reads: ['left', 'right'], writes: ['output'] },
  scale: inputToOutput,
  clip: inputToOutput,
  gated: { reads: ['gate', 'up'], writes: ['output'] },
  roundBFloat16: { reads: [], writes: ['output'] },
  route: { reads: ['input', 'scratch'], writes: ['indices', 'output'] },
  combine: { reads: ['input', 'weights'], writes: ['output'] },
  causalConv: inputToOutput,
  gatedDelta: { reads: ['queries', 'keys', 'values', 'decay', 'beta'], writes: ['output'] },
  ssmScan: { reads: ['input', 'dt', 'a', 'b', 'c'], writes: ['output'] },
  reduce: inputToOutput,
  softmax: inputToOutput,
  copy: inputToOutput,
};

/** Buffers that a call reads and writes. */
export function callBuffers(call: KernelCall): { readonly reads: readonly BufferId[]; readonly writes: readonly BufferId[] } {
  const { reads, writes } = bufferFields[call.kernel];
  const members = call as unknown as Readonly<Record<string, BufferId | undefined>>;
  const named = (fields: readonly string[]): BufferId[] => fields.map((field) => members[field]).filter((buffer) => buffer !== undefined);
  return { reads: named(reads), writes: named(writes) };
}
