import type { Quantization } from '@mlxengine/core';
import type { BackendModel, TokenBatch } from '@mlxengine/core/backend';
import type { ModelGraph } from '@mlxengine/core/graph';

/** Version of everything in this file; a binary of another one is refused. */
export const abiVersion = 3;

/** The whole of what the addon `mlxengine.node` exports. */
export interface NativeAddon {
  readonly abiVersion: number;
  /** Of the libmlx that was loaded, such as `0.32.4`. */
  readonly mlxVersion: string;
  /** Of the headers that the addon was built with. */
  readonly builtForMlxVersion: string;
  readonly Model: new (specification: NativeModelSpecification) => NativeModel;
  /** Lists the devices and tries each. Ends with `devices` or `failure`. */
  describe(onEvent: (event: NativeEvent) => void): number;
  memory(): { readonly activeBytes: number; readonly peakBytes: number };
  /** Calls between JavaScript and the addon in this environment so far, either way; this one is not counted. */
  crossings(): number;
}

/** The whole of what `mlxengine_loader.node` exports. */
export interface NativeLoader {
  /** Opens libmlx for good. @throws with the dynamic linker's own text */
  openLibrary(path: string): void;
}

/** MLX's names for devices. */
export type NativeDeviceType = 'cpu' | 'gpu';

/** What a model is made of. */
export interface NativeModelSpecification {
  readonly graph: ModelGraph;
  readonly device: NativeDeviceType;
  readonly dtype: BackendModel['dtype'];
  readonly tensors: readonly NativeTensor[];
  readonly quantizations: readonly NativeQuantization[];
}

/** How the weight at a path is quantized. */
export interface NativeQuantization extends Required<Quantization> {
  readonly path: string;
}

/** A tensor, in a file or, without one, handed over with `provide`. */
export interface NativeTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly file?: string;
  readonly byteOffset?: number;
}

/** A model in the addon. Methods that work return the number of a request, and its callback hears events until the one that ends it. */
export interface NativeModel {
  /** The next bytes of a tensor without a file, whole elements; before `load`. They are copied. `done` or `failure`. */
  provide(name: string, bytes: Uint8Array, onEvent: (event: NativeEvent) => void): number;
  /** `load-progress`, then `done` or `failure`. */
  load(onEvent: (event: NativeEvent) => void): number;
  /** `prefill-progress`, `tokens`, then `finish` or `failure`; `choose` is answered by the callback's result. */
  generate(request: NativeGenerateRequest, onEvent: (event: NativeEvent) => NativeChoice): number;
  /** `score` or `failure`. */
  score(request: NativeScoreRequest, onEvent: (event: NativeEvent) => void): number;
  /** `embed` or `failure`. */
  embed(request: NativeEmbedRequest, onEvent: (event: NativeEvent) => void): number;
  /** Ends a request at its next step; it still tells of its end. */
  cancel(request: number): void;
  /** Cancels all that runs and gives the memory back: `done` or `failure`. */
  unload(onEvent: (event: NativeEvent) => void): number;
}

/** A generation. */
export interface NativeGenerateRequest {
  readonly prompt: Uint32Array;
  readonly maxTokens: number;
  readonly stopTokens: Uint32Array;
  readonly temperature: number;
  readonly topP: number;
  readonly minP: number;
  readonly topK: number;
  readonly seed: number;
  /** Whether `choose` is to be asked for each token. */
  readonly constrained: boolean;
}

/** A scoring of sequences side by side. */
export interface NativeScoreRequest {
  readonly sequences: readonly Uint32Array[];
  /** Tokens of a sequence in a step; 0: the addon's own. */
  readonly chunkSize: number;
  readonly logits: boolean;
}

/** An embedding of sequences, each whole in one step. */
export interface NativeEmbedRequest {
  readonly sequences: readonly Uint32Array[];
  /** Of each sequence; absent: all are 0. */
  readonly tokenTypes?: readonly Uint32Array[];
  readonly hidden: boolean;
}

/** Answer to `choose`: a mask of allowed tokens, or the one token that must come. Nothing to any other event. */
export type NativeChoice = Uint32Array | number | undefined;

/** A device of this machine as libmlx sees it. */
export interface NativeDevice {
  readonly type: NativeDeviceType;
  /** `cpu`, `metal` or `cuda`. */
  readonly kind: string;
  readonly name: string;
  /** 0 where not known. */
  readonly memoryBytes: number;
  /** Empty where a computation on it came out right. */
  readonly failure: string;
}

/** What went wrong in the addon. */
export interface NativeFailure {
  readonly kind: 'argument' | 'checkpoint' | 'storage' | 'memory' | 'backend' | 'constraint' | 'aborted';
  /** `[component] message, expected …, got …`, or MLX's own text. */
  readonly text: string;
  /** A tensor's name or a file's path, or empty. */
  readonly subject: string;
  /** For `memory`, 0 where not known. */
  readonly neededBytes: number;
}

/** What the addon tells of a request, tagged by `type`. */
export type NativeEvent =
  | TokenBatch
  /** Bytes read from files so far; those that were provided do not count. */
  | { readonly type: 'load-progress'; readonly fileBytes: number }
  | { readonly type: 'choose' }
  /** One result a sequence; logits are empty where not asked for. */
  | { readonly type: 'score'; readonly results: readonly { readonly logProbabilities: Float32Array; readonly logits: Float32Array }[] }
  /** One vector a sequence; `pooled` is empty where the graph does not pool, `hidden` where not asked for. */
  | { readonly type: 'embed'; readonly pooled: readonly Float32Array[]; readonly hidden: readonly Float32Array[] }
  | { readonly type: 'devices'; readonly devices: readonly NativeDevice[] }
  | { readonly type: 'done' }
  | { readonly type: 'failure'; readonly failure: NativeFailure };
