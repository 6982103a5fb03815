import type { Quantization } from '@mlxengine/core';
import { quantizationOf } from './tensor-plan.js';
import type { TensorPlan } from './tensor-plan.js';

type Settings = Readonly<Record<string, unknown>>;

function settingsOf({ groupSize, bits, mode }: Quantization): Settings {
  return { group_size: groupSize, bits, mode };
}

/**
 * `quantization` of config.json: the setting of most weights, and each layer that has another. Layers without `scales` are
 * dense whatever it says. `undefined` where no tensor is quantized.
 */
export function quantizationSettings(plans: readonly TensorPlan[]): Settings | undefined {
  const weights = new Map<string, { readonly quantization: Quantization; elements: number }>();
  for (const plan of plans) {
    const quantization = quantizationOf(plan);
    if (quantization === undefined) continue;
    const key = JSON.stringify(quantization);
    const entry = weights.get(key) ?? { quantization, elements: 0 };
    entry.elements += plan.source.shape.reduce((product, dimension) => product * dimension, 1);
    weights.set(key, entry);
  }
  const [most] = [...weights.values()].sort((left, right) => right.elements - left.elements);
  if (most === undefined) return undefined;
  const others = plans.flatMap((plan) => {
    const quantization = quantizationOf(plan);
    const same = quantization === undefined || quantization.bits === most.quantization.bits;
    return same ? [] : [[plan.path, settingsOf(quantization)] as const];
  });
  return { ...settingsOf(most.quantization), ...Object.fromEntries(others) };
}
