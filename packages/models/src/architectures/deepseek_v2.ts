import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { RouteOptions } from '../graph/builder/expert-builder.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { limits } from './limits.js';
import { attend, joinHeads } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { expertBounds, factorBounds, projections, readExpertCounts, readGroups, stackExperts, switchGlu } from './parts/experts.js';
import { projectLatent, readLatent } from './parts/latent-attention.js';
import type { LatentArguments } from './parts/latent-attention.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { dropUnused } from './parts/sanitize.js';

function readRoute(config: ConfigReader, experts: number, count: number): RouteOptions {
  const groups = config.string('topk_method', 'greedy') === 'group_limited_greedy' ? readGroups(config, experts, 'max') : undefined;
  return { scoring: 'softmax', count, scale: config.number('routed_scaling_factor', factorBounds, 1), ...(groups && { groups }) };
}

/** mlx-lm scales this family by yarn, whatever the type says. */
function withYarn(config: ConfigReader): ConfigReader {
  if (config.object('rope_scaling')?.has('factor') !== true) return config;
  return config.withValues({ rope_scaling: { ...(config.raw('rope_scaling') as object), type: 'yarn' } });
}

/** mlx-lm expands this family's latents and keeps keys and values of all heads. */
function attention(graph: GraphBuilder, args: LatentArguments & { readonly heads: number; readonly hiddenSize: number }, x: ValueId, path: string): ValueId {
  const { heads, plainDimension, ropeDimension, valueDimension, scale, hiddenSize, bias } = args;
  const { queries, rotatedQueries, latents, rotatedKeys } = projectLatent(graph, x, path, args);
  const expanded = graph.linear(latents, `${path}.kv_b_proj`, { dimensions: heads * (plainDimension + valueDimension) });
  const [keys, values] = graph.split(graph.reshape(expanded, [heads, plainDimension + valueDimension]), [plainDimension, valueDimension]);
  const attended = attend(graph, {
    queries: graph.concat([queries, rotatedQueries]),
    keys: graph.concat([keys, graph.broadcast(rotatedKeys, [heads, ropeDimension])]), values,
  }, { state: path, scale });
  return graph.linear(joinHeads(graph, attended), `${path}.o_proj`, { dimensions: hiddenSize, bias });
}

/** Source: mlx-lm `models/deepseek_v2.py`. */
export const deepseek_v2: Architecture = defineArchitecture({
  modelType: 'deepseek_v2',
  readArguments: (given) => {
    const config = withYarn(given.withDefaults({ rms_norm_eps: 1e-6 }));
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config, { headDimension: 'derived' });
    const none = !config.has('n_routed_experts');
    const { experts, count } = none ? { experts: 1, count: 1 } : readExpertCounts(config, 'n_routed_experts');
    const expertSize = config.integer('moe_intermediate_size', limits.intermediateSize, 1407);
    return {
      ...decoderArguments, ...readLatent(config, 1e-6), experts, expertSize, tieWordEmbeddings: false,
      route: readRoute(config, experts, count),
      sharedSize: expertSize * config.integer('n_shared_experts', { ...expertBounds, minimum: 0 }, 0),
      firstSparse: none ? decoderArguments.layers : config.integer('first_k_dense_replace', { minimum: 0, maximum: limits.layers.maximum }, 0),
      frequency: config.integer('moe_layer_freq', limits.layers, 1),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    layer: (x, path, layer) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => attention(graph, args, h, `${path}.self_attn`),
      mlp: (h) => {
        const { hiddenSize, intermediateSize, experts, expertSize, sharedSize } = args;
        const moe = `${path}.mlp`;
        if (layer < args.firstSparse || layer % args.frequency !== 0) return gatedMlp(graph, h, moe, { hiddenSize, intermediateSize });
        const routed = graph.route(graph.linear(h, `${moe}.gate`, { dimensions: experts }), args.route);
        const mixed = switchGlu(graph, h, routed, `${moe}.switch_mlp`, { experts, hiddenSize, intermediateSize: expertSize });
        return sharedSize === 0 ? mixed : graph.add(mixed, gatedMlp(graph, h, `${moe}.shared_experts`, { hiddenSize, intermediateSize: sharedSize }));
      },
    }),
  }),
  sanitize: (tensors) => {
    dropUnused(tensors);
    stackExperts(tensors, 'mlp.experts', 'mlp.switch_mlp', projections);
  },
});
