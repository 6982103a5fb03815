import { CheckpointError } from '@mlxengine/core';
import type { LocatedTensor } from '../checkpoint/located-tensor.js';
import { describeTensor } from '../checkpoint/resolve-quantization.js';
import { SymbolicTensor } from '../sanitize/symbolic-tensor.js';
import { isFloatDtype } from '../tensors/dtype.js';

/** The tensors of an adapter, taken one after another by the parts of its layers; what is left over is an error. */
export class AdapterTensors {
  private readonly source: string;
  private readonly layers = new Map<string, Map<string, LocatedTensor>>();

  /**
   * @param split - the layer and the part that a tensor's name means; `undefined`: no tensor of such an adapter
   * @param format - name of the format, for messages
   */
  constructor(
    source: string, tensors: ReadonlyMap<string, LocatedTensor>, format: string,
    split: (name: string) => { readonly layer: string; readonly part: string } | undefined,
  ) {
    this.source = source;
    for (const tensor of tensors.values()) {
      const found = split(tensor.name);
      const parts = found && (this.layers.get(found.layer) ?? new Map<string, LocatedTensor>());
      if (found === undefined || parts === undefined || parts.has(found.part)) {
        throw new CheckpointError('checkpoint.adapter-tensor', { source, tensor: JSON.stringify(tensor.name), format });
      }
      this.layers.set(found.layer, parts.set(found.part, tensor));
    }
  }

  /** Every layer that has a tensor. */
  names(): readonly string[] {
    return [...this.layers.keys()];
  }

  has(layer: string, part: string): boolean {
    return this.layers.get(layer)?.has(part) === true;
  }

  /** A part of a layer. @throws `CheckpointError` where it is missing, no floats, or of another rank than one of those given */
  take(layer: string, part: string, ranks: readonly number[]): SymbolicTensor {
    const tensor = this.layers.get(layer)?.get(part);
    if (tensor === undefined) throw new CheckpointError('checkpoint.adapter-incomplete', { source: this.source, tensor: `${layer}.${part}` });
    if (isFloatDtype(tensor.dtype) && ranks.includes(tensor.shape.length)) return SymbolicTensor.source(tensor);
    const expected = `F32 | F16 | BF16 of ${ranks.join(' | ')} dimensions`;
    throw new CheckpointError('checkpoint.adapter-shape', { source: this.source, tensor: tensor.name, found: describeTensor(tensor), expected });
  }

  /** The same where it is there. */
  takeOptional(layer: string, part: string, ranks: readonly number[]): SymbolicTensor | undefined {
    return this.has(layer, part) ? this.take(layer, part, ranks) : undefined;
  }
}
