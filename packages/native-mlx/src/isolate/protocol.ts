import type { NativeAddon, NativeChoice, NativeEvent, NativeMemory, NativeModelSpecification, NativeSystemMemory } from '../abi/native-addon.js';

/** A request's number between the processes, given by the host. */
export type CallId = number;

/** A model's number between the processes, given by the host. */
export type ModelId = number;

/** Figures of the addon, as it gives them at once; they come along with events. */
export interface MemoryFigures extends NativeMemory {
  readonly system: NativeSystemMemory;
}

/** What the runner is told. */
export type ToRunner =
  | { readonly type: 'create'; readonly model: ModelId; readonly specification: NativeModelSpecification }
  /** Calls a method that takes a listener as its last parameter, of a model or of the addon. */
  | { readonly type: 'call'; readonly call: CallId; readonly model: ModelId | undefined; readonly method: string; readonly parameters: readonly unknown[] }
  | { readonly type: 'answer'; readonly call: CallId; readonly choice: NativeChoice }
  | { readonly type: 'cancel'; readonly call: CallId }
  | { readonly type: 'drop'; readonly model: ModelId };

/** What the runner tells. */
export type FromRunner =
  | { readonly type: 'ready'; readonly versions: Pick<NativeAddon, 'abiVersion' | 'mlxVersion' | 'builtForMlxVersion'>; readonly memory: MemoryFigures }
  /** The addon cannot be loaded. */
  | { readonly type: 'unusable'; readonly reason: string }
  | { readonly type: 'event'; readonly call: CallId; readonly event: NativeEvent; readonly memory?: MemoryFigures };

/** Stands for a model in a parameter or in a field of one. */
export interface ModelReference {
  readonly mlxengineModel: ModelId;
}

/** Replaces values in parameters and their fields, where models may be. */
export function mapParameters(parameters: readonly unknown[], replace: (value: unknown) => unknown): readonly unknown[] {
  return parameters.map((parameter) => {
    const replaced = replace(parameter);
    if (replaced !== parameter || !isPlain(parameter)) return replaced;
    return Object.fromEntries(Object.entries(parameter).map(([name, value]) => [name, replace(value)]));
  });
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
