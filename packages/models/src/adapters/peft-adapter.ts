import type { ConfigReader } from '../config/config-reader.js';
import type { AdapterFiles } from './adapter-files.js';
import type { AdapterLayer } from './adapter-layer.js';
import { AdapterTensors } from './adapter-tensors.js';
import { limits } from './limits.js';
import { readPattern } from './peft-patterns.js';
import { unsupportedAdapter } from './unsupported-adapter.js';

const prefix = /^base_model\.model\./;
const namePattern = /^(.+)\.(lora_A|lora_B|lora_embedding_A|lora_embedding_B|lora_magnitude_vector)(?:\.weight)?$/;

/**
 * The layers of an adapter as Hugging Face's PEFT writes it. A linear has `lora_A.weight` `[r, in]` and `lora_B.weight` `[out, r]`, an
 * embedding `lora_embedding_A` `[r, vocabulary]` and `lora_embedding_B` `[dimensions, r]`.
 * Source: PEFT `tuners/lora/config.py`, `tuners/lora/layer.py`, `utils/save_and_load.py`.
 * @throws `CheckpointError`, `UnsupportedFeatureError`
 */
export function readPeftAdapter({ source, config, tensors }: AdapterFiles): readonly AdapterLayer[] {
  checkSettings(source, config);
  const rank = readPattern(config, 'rank_pattern', limits.rank, config.integer('r', limits.rank, 8));
  const alpha = readPattern(config, 'alpha_pattern', limits.alpha, config.number('lora_alpha', limits.alpha, 8));
  const stabilized = config.boolean('use_rslora', false);
  const inputsFirst = config.boolean('fan_in_fan_out', false);
  const usesDora = config.boolean('use_dora', false);
  const parts = new AdapterTensors(source, tensors, 'PEFT', (name) => {
    const [, layer, part] = namePattern.exec(name.replace(prefix, '')) ?? [];
    return layer === undefined || part === undefined || (part === 'lora_magnitude_vector' && !usesDora) ? undefined : { layer, part };
  });
  return parts.names().map((name) => {
    const embedding = parts.has(name, 'lora_embedding_A') || parts.has(name, 'lora_embedding_B');
    if (embedding && usesDora) throw unsupportedAdapter(source, `DoRA of an embedding (${name})`, 'Merge the adapter into the model with PEFT.');
    const a = parts.take(name, embedding ? 'lora_embedding_A' : 'lora_A', [2]);
    const b = parts.take(name, embedding ? 'lora_embedding_B' : 'lora_B', [2]);
    const magnitude = usesDora ? parts.take(name, 'lora_magnitude_vector', [1, 2]) : undefined;
    limits.checkRank(source, name, a.size(0), rank(name));
    const scale = alpha(name) / (stabilized ? Math.sqrt(rank(name)) : rank(name));
    const [down, up] = embedding ? [b, a] : [a, b];
    return {
      name, scale, down: { tensor: down, transposed: embedding }, up: { tensor: up, transposed: embedding },
      inputsFirst: inputsFirst && !embedding, embeddingOnly: embedding,
      // Written as [1, out] by some versions.
      ...(magnitude && { magnitude: magnitude.reshape([-1]) }),
    };
  });
}

/** What changes the computation otherwise is refused by name. */
function checkSettings(source: string, config: ConfigReader): void {
  if (config.string('peft_type') !== 'LORA') throw unsupportedAdapter(source, `adapters of PEFT's type ${JSON.stringify(config.string('peft_type').slice(0, 60))}`, 'LORA loads.');
  if ((config.optionalStrings('modules_to_save')?.length ?? 0) > 0) {
    throw unsupportedAdapter(source, 'whole layers beside the factors ("modules_to_save")', 'Merge the adapter into the model with PEFT.');
  }
  if (config.string('bias', 'none') !== 'none') throw unsupportedAdapter(source, 'trained biases ("bias")', 'Merge the adapter into the model with PEFT.');
  const others = ['lora_bias', 'alora_invocation_tokens', 'target_parameters', 'trainable_token_indices', 'layer_replication', 'megatron_config'];
  for (const key of others) {
    const value = config.raw(key);
    const isSet = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
    if (isSet) throw unsupportedAdapter(source, `PEFT's setting "${key}"`, 'Merge the adapter into the model with PEFT.');
  }
}
