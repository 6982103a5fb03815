import { createTinyModel, type TinyModelOptions } from '@mlxengine/testing';
import type { NativeChoice, NativeEvent, NativeGenerateRequest, NativeModel } from '../src/abi/native-addon.js';
import { awaitRequest } from '../src/backend/await-request.js';
import { loadWeights } from '../src/backend/load-weights.js';
import { modelSpecification } from '../src/backend/model-specification.js';
import { loadAddon } from '../src/loading/load-addon.js';

/** A tiny model in the addon itself. */
export async function loadNativeModel(options: TinyModelOptions = {}): Promise<NativeModel> {
  const { graph, weights } = createTinyModel(options);
  const specification = modelSpecification({ graph, weights, device: 'cpu', dtype: undefined });
  const native = new (loadAddon().Model)(specification);
  await loadWeights({ native, specification, weights, options: {} });
  return native;
}

/** Everything a generation takes, greedy. */
export function nativeRequest(changes: Partial<NativeGenerateRequest> = {}): NativeGenerateRequest {
  return {
    prompt: Uint32Array.of(1, 2, 3), maxTokens: 12, stopTokens: new Uint32Array(), temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0, deterministic: false, constrained: false,
    ...changes,
  };
}

/** The tokens of a generation in the addon. */
export async function nativeTokens(
  native: NativeModel, request: NativeGenerateRequest, choose: (request: () => number) => NativeChoice = () => undefined,
): Promise<number[]> {
  const tokens: number[] = [];
  let number = -1;
  const onEvent = (event: NativeEvent): NativeChoice => {
    if (event.type === 'choose') return choose(() => number);
    if (event.type === 'tokens') tokens.push(...event.tokens);
    return undefined;
  };
  await awaitRequest({ operation: 'Generating', start: (listener) => (number = native.generate(request, listener)), onEvent });
  return tokens;
}
