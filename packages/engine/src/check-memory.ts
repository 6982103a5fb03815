import { OutOfMemoryError } from '@mlxengine/core';
import type { ComputeDtype, InferenceBackend } from '@mlxengine/core/backend';
import { contextMemory, estimateMemory, fittingContext, type Checkpoint, type MemoryUse } from '@mlxengine/models';

/**
 * Compares what a model needs, by its headers, with what can be had now, before a byte of its weights is read. A context that does
 * not fit is cut to what does. Where the backend does not say what it computes in, the smallest that it could be is taken for granted,
 * so that nothing is refused that would fit.
 * @throws `OutOfMemoryError` where not even the weights and a short sequence fit; it says what would
 */
export function checkMemory(checkpoint: Checkpoint, backend: InferenceBackend, given: ComputeDtype | undefined): Checkpoint {
  const { device } = backend;
  const availableBytes = backend.memory().availableBytes ?? device.memoryBytes;
  if (availableBytes === undefined) return checkpoint;
  const { configuration, graph, weights } = checkpoint;
  const isCpu = device.kind === 'cpu';
  const dtype = given ?? (isCpu ? 'float32' : 'float16');
  const use: MemoryUse = { prefillChunk: isCpu ? 16 : 512, fusedAttention: !isCpu };
  const { weightBytes } = estimateMemory(graph, weights, dtype, use);
  const contextLength = fittingContext(graph, dtype, availableBytes - weightBytes, use);
  if (contextLength === graph.contextLength) return checkpoint;
  if (contextLength > 0) return { ...checkpoint, configuration: { ...configuration, contextLength }, graph: { ...graph, contextLength } };
  const { sequenceBytes, prefillBytes } = contextMemory(graph, dtype, { ...use, contextLength: Math.min(graph.contextLength, 256) });
  throw refusal(checkpoint, device.name, { weightBytes, sequenceBytes: sequenceBytes + prefillBytes, availableBytes });
}

interface Need {
  readonly weightBytes: number;
  /** Of the shortest sequence that is of use. */
  readonly sequenceBytes: number;
  readonly availableBytes: number;
}

/** A group of 64 weights has a scale and a bias of 16 bit. */
const groupBits = 32 / 64;

function refusal({ configuration }: Checkpoint, device: string, { weightBytes, sequenceBytes, availableBytes }: Need): OutOfMemoryError {
  const { id: model, parameterCount = 0 } = configuration;
  const left = Math.max(0, availableBytes - sequenceBytes);
  const parameters = { model, neededBytes: weightBytes + sequenceBytes, weightBytes, device, availableBytes };
  const fittingBits = [8, 6, 5, 4, 3, 2].find((bits) => (parameterCount * (bits + groupBits)) / 8 <= left);
  if (parameterCount > 0 && fittingBits !== undefined && (parameterCount * (fittingBits + groupBits)) / 8 < weightBytes) {
    return new OutOfMemoryError('memory.model', { ...parameters, fittingBits });
  }
  const fittingParameters = Number(((left * 8) / (4 + groupBits)).toPrecision(2));
  return new OutOfMemoryError('memory.model-too-large', { ...parameters, fittingParameters });
}
