import type { TensorPlan } from './tensor-plan.js';

/** Bytes of tensors in one file, as mlx-lm splits them. */
const maxShardBytes: number = 5 * 2 ** 30;

/** One safetensors file to be written. */
export interface Shard {
  readonly name: string;
  readonly plans: readonly TensorPlan[];
}

function bytesOf({ outputs }: TensorPlan): number {
  return outputs.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Fills files in order; weight, scales and biases stay together. */
export function splitIntoShards(plans: readonly TensorPlan[], limit: number = maxShardBytes): readonly Shard[] {
  const groups: TensorPlan[][] = [];
  let filled = Infinity;
  for (const plan of plans) {
    const bytes = bytesOf(plan);
    if (filled + bytes > limit) {
      groups.push([]);
      filled = 0;
    }
    groups.at(-1)?.push(plan);
    filled += bytes;
  }
  const number = (value: number): string => String(value).padStart(5, '0');
  return groups.map((group, index) => ({
    name: groups.length === 1 ? 'model.safetensors' : `model-${number(index + 1)}-of-${number(groups.length)}.safetensors`,
    plans: group,
  }));
}

/** `model.safetensors.index.json`. */
export function indexJson(shards: readonly Shard[]): Readonly<Record<string, unknown>> {
  const plans = shards.flatMap((shard) => shard.plans);
  const names = shards.flatMap((shard) => shard.plans.flatMap(({ outputs }) => outputs.map(({ name }) => [name, shard.name] as const)));
  return {
    metadata: {
      total_size: plans.reduce((sum, plan) => sum + bytesOf(plan), 0),
      total_parameters: plans.reduce((sum, { source }) => sum + source.shape.reduce((product, size) => product * size, 1), 0),
    },
    weight_map: Object.fromEntries(names.sort(([left], [right]) => (left < right ? -1 : 1))),
  };
}
