import { UnloadedError, UnsupportedFeatureError, type WeightSource } from '@mlxengine/core';
import { checkLoadFeatures, type BackendLoadOptions, type BackendModel, type InferenceBackend } from '@mlxengine/core/backend';
import type { ModelGraph } from '@mlxengine/core/graph';
import { ReferenceExecutor, unsupportedOperation } from './reference-executor.js';
import { ReferenceModel } from './reference-model.js';
import { supports } from './reference-supports.js';
import { loadReferenceWeights } from './reference-weights.js';

/**
 * A backend in plain TypeScript, written to be read: real inference, float32 with sums in float64, hundreds of times
 * slower than the others. The conformance suite compares backends with it.
 */
export function createReferenceBackend(): InferenceBackend {
  const models = new Set<ReferenceModel>();
  let activeBytes = 0;
  let peakBytes = 0;
  let disposed = false;
  const dispose = async (): Promise<void> => {
    disposed = true;
    await Promise.all([...models].map((model) => model.unload()));
  };
  return {
    specificationVersion: 'v1',
    name: 'reference',
    supports,
    device: { kind: 'cpu', name: 'plain TypeScript' },
    memory: () => ({ activeBytes, peakBytes }),
    async loadModel(graph: ModelGraph, source: WeightSource, options: BackendLoadOptions = {}): Promise<BackendModel> {
      if (disposed) throw new UnloadedError('unloaded.engine', { model: graph.architecture });
      checkRequest(graph, options);
      const weights = await loadReferenceWeights(graph, source, { onProgress: options.onProgress, signal: options.signal });
      const bytes = [...weights.values()].reduce((sum, { data, bias }) => sum + data.byteLength + (bias?.byteLength ?? 0), 0);
      activeBytes += bytes;
      peakBytes = Math.max(peakBytes, activeBytes);
      const model = new ReferenceModel(new ReferenceExecutor(graph, weights), () => {
        activeBytes -= bytes;
        models.delete(model);
      });
      models.add(model);
      return model;
    },
    [Symbol.asyncDispose]: dispose,
  };
}

function checkRequest({ operations }: ModelGraph, options: BackendLoadOptions): void {
  const { dtype = 'float32', threads = 1 } = options;
  checkLoadFeatures(supports, 'reference', options);
  const known: readonly string[] = supports.operations;
  const unknown = operations.find(({ type }) => !known.includes(type));
  if (unknown !== undefined) throw unsupportedOperation(unknown.type);
  if (!supports.dtypes.includes(dtype)) throw unsupported(`dtype ${dtype}`, `Dtypes: ${supports.dtypes.join(', ')}.`);
  if (threads !== 1) throw unsupported(`threads: ${threads}`, 'Threads: 1.');
}

function unsupported(feature: string, remedy: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', { component: 'reference', feature, remedy });
}
