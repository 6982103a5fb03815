import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { splitGraniteExperts } from './granitemoe.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { factorBounds, readExpertCounts, switchGlu } from './parts/experts.js';
import { readLayerTypes } from './parts/layer-types.js';
import { mamba2Mixer, readMamba2 } from './parts/mamba2.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { moveConvolutionTaps } from './parts/recurrent-names.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** Models without experts keep their MLP as the shared one, gate and up one after another. */
function splitSharedMlp(tensors: CheckpointTensors): void {
  for (const name of tensors.names()) {
    if (name.endsWith('.shared_mlp.input_linear.weight')) {
      const [gate, up] = tensors.take(name).split(2, 0);
      tensors.set(name.replace('shared_mlp.input_linear', 'mlp.gate_proj'), gate!);
      tensors.set(name.replace('shared_mlp.input_linear', 'mlp.up_proj'), up!);
    } else if (name.endsWith('.shared_mlp.output_linear.weight')) {
      tensors.set(name.replace('shared_mlp.output_linear', 'mlp.down_proj'), tensors.take(name));
    }
  }
}

/** Unlike elsewhere, the nested base wins. */
function readOwnRope(config: ConfigReader, dimensions: number): RopeSettings {
  const parameters = config.object('rope_parameters');
  return readRope(parameters?.has('rope_theta') === true ? parameters : config, { dimensions, traditional: false, scaling: null });
}

function sharedMlp(graph: GraphBuilder, x: ValueId, path: string, { hiddenSize, size }: { readonly hiddenSize: number; readonly size: number }): ValueId {
  const [gate, up] = graph.split(graph.linear(x, `${path}.input_linear`, { dimensions: 2 * size }), [size, size]);
  return graph.linear(graph.gated('silu', gate, up), `${path}.output_linear`, { dimensions: hiddenSize });
}

/** Granite 4. Source: mlx-lm `models/granitemoehybrid.py`. */
export const granitemoehybrid: Architecture = defineArchitecture({
  modelType: 'granitemoehybrid',
  readArguments: (config) => {
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config, { headDimension: 'derived' });
    const { layers, headDimension } = decoderArguments;
    const types = readLayerTypes(config, layers, ['mamba', 'attention'], () => 'mamba');
    const hasExperts = Number(config.raw('num_local_experts') ?? 0) !== 0;
    return {
      ...decoderArguments, types,
      moe: hasExperts
        ? { ...readExpertCounts(config, 'num_local_experts'), sharedSize: config.integer('shared_intermediate_size', limits.intermediateSize) }
        : undefined,
      mamba: types.includes('mamba') ? readMamba2(config, {
        heads: 'mamba_n_heads', headDimension: 'mamba_d_head', groups: 'mamba_n_groups', stateSize: 'mamba_d_state', taps: 'mamba_d_conv',
        convolutionBias: 'mamba_conv_bias', projectionBias: 'mamba_proj_bias',
      }, [0.001, 100]) : undefined,
      bias: config.boolean('attention_bias'),
      mlpBias: config.boolean('mlp_bias', false),
      scale: config.number('attention_multiplier', factorBounds),
      embeddingScale: config.number('embedding_multiplier', factorBounds),
      residualScale: config.number('residual_multiplier', factorBounds),
      logitsScaling: config.number('logits_scaling', { minimum: 1e-6, maximum: 1e6 }),
      rope: config.string('position_embedding_type', 'rope') === 'nope' ? undefined : readOwnRope(config, headDimension),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    embeddingScale: args.embeddingScale,
    afterHead: (logits) => graph.scale(logits, 1 / args.logitsScaling),
    layer: (x, path, layer) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args), residualScale: args.residualScale,
      attention: (h) => (args.types[layer] === 'mamba'
        ? mamba2Mixer(graph, h, `${path}.mamba`, { ...args, ...args.mamba! })
        : selfAttention(graph, h, `${path}.self_attn`, { ...args, outputBias: args.bias })),
      mlp: (h) => {
        if (args.moe === undefined) return gatedMlp(graph, h, `${path}.mlp`, { ...args, bias: args.mlpBias });
        const { experts, count, sharedSize } = args.moe;
        const gates = graph.linear(h, `${path}.block_sparse_moe.router.layer`, { dimensions: experts });
        const routed = graph.route(gates, { scoring: 'logits', softmax: true, count });
        const mixed = switchGlu(graph, h, routed, `${path}.block_sparse_moe.switch_mlp`, { ...args, experts, bias: false });
        return graph.add(mixed, sharedMlp(graph, h, `${path}.shared_mlp`, { ...args, size: sharedSize }));
      },
    }),
  }),
  sanitize: (tensors, args) => {
    dropUnused(tensors, args);
    moveConvolutionTaps(tensors);
    if (args.moe === undefined) splitSharedMlp(tensors);
    else splitGraniteExperts(tensors);
  },
});
