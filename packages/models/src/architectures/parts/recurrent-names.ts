import type { CheckpointTensors } from '../../sanitize/checkpoint-tensors.js';

/** Convolutions of transformers `[C, 1, K]` become `[C, K, 1]`. @param name - what is in the names of them */
export function moveConvolutionTaps(tensors: CheckpointTensors, name = 'conv1d.weight'): void {
  for (const found of tensors.names()) {
    if (found.includes(name)) tensors.update(found, (tensor) => (tensor.size(-1) === 1 ? tensor : tensor.transpose([0, 2, 1])));
  }
}
