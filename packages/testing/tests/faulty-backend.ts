import type { WeightSource } from '@mlxengine/core';
import { createTokenStream, type BackendModel, type InferenceBackend, type TokenBatch } from '@mlxengine/core/backend';
import type { GraphOperation, ModelGraph } from '@mlxengine/core/graph';
import { createReferenceBackend } from '../src/index.js';

/** What is broken of a backend that is otherwise right. */
export interface BackendFault {
  readonly backend?: (right: InferenceBackend) => Partial<InferenceBackend>;
  readonly graph?: (right: ModelGraph) => ModelGraph;
  readonly weights?: (right: WeightSource) => WeightSource;
  readonly generate?: (right: BackendModel) => BackendModel['generate'];
  readonly score?: (right: BackendModel) => BackendModel['score'];
  readonly scoreBatch?: (right: BackendModel) => BackendModel['scoreBatch'];
  readonly embed?: (right: BackendModel) => BackendModel['embed'];
  readonly unload?: (right: BackendModel) => BackendModel['unload'];
}

/** The reference backend with something broken. */
export function breakBackend(fault: BackendFault): InferenceBackend {
  const right = createReferenceBackend();
  const loading: InferenceBackend = {
    ...right,
    async loadModel(graph, weights, options) {
      const model = await right.loadModel(fault.graph?.(graph) ?? graph, fault.weights?.(weights) ?? weights, options);
      return breakModel(model, fault);
    },
  };
  return { ...loading, ...fault.backend?.(loading) };
}

function breakModel(model: BackendModel, fault: BackendFault): BackendModel {
  const unload = fault.unload?.(model) ?? (() => model.unload());
  return {
    dtype: model.dtype,
    generate: fault.generate?.(model) ?? ((...call) => model.generate(...call)),
    score: fault.score?.(model) ?? ((...call) => model.score(...call)),
    scoreBatch: fault.scoreBatch?.(model) ?? ((...call) => model.scoreBatch(...call)),
    embed: fault.embed?.(model) ?? ((...call) => model.embed(...call)),
    unload,
    [Symbol.asyncDispose]: unload,
  };
}

/** Every operation of a type changed. */
export function changeOperations<Type extends GraphOperation['type']>(
  type: Type,
  changes: Partial<Extract<GraphOperation, { type: Type }>>,
): (graph: ModelGraph) => ModelGraph {
  return (graph) => ({
    ...graph,
    operations: graph.operations.map((operation) => (operation.type === type ? { ...operation, ...changes } : operation)),
  });
}

/** A stream whose batches go through a function; `undefined` drops one. */
export async function* mapBatches(
  stream: AsyncIterable<TokenBatch>,
  change: (batch: TokenBatch) => TokenBatch | undefined,
): AsyncGenerator<TokenBatch, undefined> {
  for await (const batch of stream) {
    const changed = change(batch);
    if (changed !== undefined) yield changed;
  }
}

/** Ends for its reader as it should, while the work goes on. */
export function detachWork(model: BackendModel): BackendModel['generate'] {
  return (request, options) => createTokenStream({
    backend: 'faulty',
    signal: options?.signal,
    produce: async (emit) => {
      for await (const batch of model.generate(request)) emit(batch);
    },
  });
}

/** Every operation of a type as a function makes it anew. */
export function mapOperations<Type extends GraphOperation['type']>(
  type: Type,
  change: (operation: Extract<GraphOperation, { type: Type }>) => GraphOperation,
): (graph: ModelGraph) => ModelGraph {
  const isOfType = (operation: GraphOperation): operation is Extract<GraphOperation, { type: Type }> => operation.type === type;
  return (graph) => ({ ...graph, operations: graph.operations.map((operation) => (isOfType(operation) ? change(operation) : operation)) });
}

/** What operations of a type make is a few percent too large. */
export function enlargeOutputs(...types: readonly GraphOperation['type'][]): (graph: ModelGraph) => ModelGraph {
  return (graph) => ({
    ...graph,
    operations: graph.operations.flatMap((operation): readonly GraphOperation[] => types.includes(operation.type)
      ? [operation, { type: 'scale', input: operation.output, factor: 1.03, offset: 0, output: operation.output }]
      : [operation]),
  });
}

/** Operations of a type without one of their settings. */
export function dropSetting(type: GraphOperation['type'], setting: string): (graph: ModelGraph) => ModelGraph {
  return (graph) => ({
    ...graph,
    operations: graph.operations.map((operation) => operation.type === type
      ? Object.fromEntries(Object.entries(operation).filter(([name]) => name !== setting)) as unknown as GraphOperation
      : operation),
  });
}
