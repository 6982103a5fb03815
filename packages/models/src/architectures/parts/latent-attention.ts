import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../../config/config-reader.js';
import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { RopeSettings } from '../../graph/rope-settings.js';
import type { CheckpointTensors } from '../../sanitize/checkpoint-tensors.js';
import type { AffineFormat } from '../../sanitize/functions/affine-groups.js';
import { dequantizeAffine, quantizeAffine } from '../../sanitize/rewrites.js';
import type { SymbolicTensor } from '../../sanitize/symbolic-tensor.js';
import { limits } from '../limits.js';
import { readRope } from './rope.js';

/** What a config says of multi-head latent attention. */
export interface LatentArguments {
  /** Rank of the queries' projection; `undefined`: they are projected at once. */
  readonly queryRank: number | undefined;
  readonly rank: number;
  /** Rotated elements of a head. */
  readonly ropeDimension: number;
  /** Elements of a head that are not rotated. */
  readonly plainDimension: number;
  readonly valueDimension: number;
  readonly scale: number;
  readonly bias: boolean;
  readonly rope: RopeSettings;
  /** Of the norms inside. */
  readonly latentEpsilon: number;
}

/** Reads {@link LatentArguments}. @param latentEpsilon - of the norms inside, which no config says */
export function readLatent(config: ConfigReader, latentEpsilon: number): LatentArguments {
  const ropeDimension = config.integer('qk_rope_head_dim', limits.headDimension, 64);
  const plainDimension = config.integer('qk_nope_head_dim', limits.headDimension, 128);
  return {
    // Only an explicit null means none.
    queryRank: config.isNull('q_lora_rank') ? undefined : config.integer('q_lora_rank', limits.hiddenSize, 1536),
    rank: config.integer('kv_lora_rank', limits.hiddenSize, 512),
    ropeDimension, plainDimension, latentEpsilon,
    valueDimension: config.integer('v_head_dim', limits.headDimension, 128),
    scale: (plainDimension + ropeDimension) ** -0.5 * yarnScale(config.object('rope_scaling')) ** 2,
    bias: config.boolean('attention_bias', false),
    rope: readRope(config, { dimensions: ropeDimension, traditional: true }),
  };
}

/** The factor on queries and on keys that yarn's `mscale_all_dim` asks for. */
function yarnScale(scaling: ConfigReader | undefined): number {
  const bounds = { minimum: 0, maximum: 1e6 };
  const all = scaling?.number('mscale_all_dim', bounds, 0) ?? 0;
  const factor = scaling?.number('factor', bounds, 1) ?? 1;
  return all !== 0 && factor > 1 ? 0.1 * all * Math.log(factor) + 1 : 1;
}

/** What {@link projectLatent} gives. */
export interface Latent {
  /** `[tokens, heads, plainDimension]` */
  readonly queries: ValueId;
  /** `[tokens, heads, ropeDimension]`, rotated */
  readonly rotatedQueries: ValueId;
  /** `[tokens, rank]`, normalized */
  readonly latents: ValueId;
  /** `[tokens, 1, ropeDimension]`, rotated */
  readonly rotatedKeys: ValueId;
}

/** Queries, latents and the keys' rotated part. */
export function projectLatent(graph: GraphBuilder, x: ValueId, path: string, args: LatentArguments & { readonly heads: number }): Latent {
  const { heads, queryRank, rank, ropeDimension, plainDimension, bias, rope, latentEpsilon: epsilon } = args;
  const dimensions = heads * (plainDimension + ropeDimension);
  const projected = queryRank === undefined
    ? graph.linear(x, `${path}.q_proj`, { dimensions })
    : graph.linear(
      graph.rmsNorm(graph.linear(x, `${path}.q_a_proj`, { dimensions: queryRank, bias }), `${path}.q_a_layernorm`, { epsilon }), `${path}.q_b_proj`, { dimensions });
  const [queries, queryParts] = graph.split(graph.reshape(projected, [heads, plainDimension + ropeDimension]), [plainDimension, ropeDimension]);
  const compressed = graph.linear(x, `${path}.kv_a_proj_with_mqa`, { dimensions: rank + ropeDimension, bias });
  const [latents, keyParts] = graph.split(compressed, [rank, ropeDimension]);
  return {
    queries, rotatedQueries: graph.rope(queryParts, rope),
    latents: graph.rmsNorm(latents, `${path}.kv_a_layernorm`, { epsilon }),
    rotatedKeys: graph.rope(graph.reshape(keyParts, [1, ropeDimension]), rope),
  };
}

/** Latent attention with the module's weights under `path`: `[tokens, hiddenSize]` to the same. */
export function latentSelfAttention(
  graph: GraphBuilder, x: ValueId, path: string, args: LatentArguments & { readonly heads: number; readonly hiddenSize: number },
): ValueId {
  const { heads, valueDimension, ropeDimension, scale, hiddenSize, bias } = args;
  const { rotatedKeys, ...latent } = projectLatent(graph, x, path, args);
  const attended = graph.latentAttention({
    ...latent, rotatedKeys: graph.reshape(rotatedKeys, [ropeDimension]), keyWeight: `${path}.embed_q`, valueWeight: `${path}.unembed_out`, valueDimension,
    state: path, scale,
  });
  return graph.linear(graph.reshape(attended, [heads * valueDimension]), `${path}.o_proj`, { dimensions: hiddenSize, bias });
}

/** `kv_b_proj` holds for each head the keys' matrix, transposed, and the values'; a quantized one is quantized again, as in mlx-lm. */
export function splitLatentProjections(tensors: CheckpointTensors, { heads, rank, plainDimension }: LatentArguments & { readonly heads: number }): void {
  for (const name of tensors.names()) {
    if (!name.endsWith('.kv_b_proj.weight')) continue;
    const path = name.slice(0, -'.weight'.length);
    const scales = tensors.get(`${path}.scales`);
    const format = scales && { bits: (tensors.get(name)!.size(-1) * 32) / rank, groupSize: rank / scales.size(-1) };
    const joined = takeDense(tensors, path, format).reshape([heads, -1, rank]);
    const parts = {
      embed_q: joined.slice(1, 0, plainDimension).transpose([0, 2, 1]),
      unembed_out: joined.slice(1, plainDimension, joined.size(1)),
    };
    for (const [part, tensor] of Object.entries(parts)) putAs(tensors, path.replace('kv_b_proj', part), tensor, format);
  }
}

function takeDense(tensors: CheckpointTensors, path: string, format: AffineFormat | undefined): SymbolicTensor {
  const weight = tensors.take(`${path}.weight`);
  if (format === undefined) return weight;
  return dequantizeAffine({ weight, scales: tensors.take(`${path}.scales`), biases: tensors.take(`${path}.biases`) }, format);
}

function putAs(tensors: CheckpointTensors, path: string, tensor: SymbolicTensor, format: AffineFormat | undefined): void {
  const parts = format === undefined ? { weight: tensor } : quantizeAffine(tensor, format);
  for (const [part, made] of Object.entries(parts)) tensors.set(`${path}.${part}`, made as SymbolicTensor);
}
