import type { Quantization } from '@mlxengine/core';
import type { AdapterWeight, BackendModel, BatchingLimits, CompleteCacheFormat, MemoryLimits, TokenBatch } from '@mlxengine/core/backend';
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
  memory(): NativeMemory;
  /** Sets MLX's own limits, of the whole process. `done` or `failure`. */
  setMemoryLimits(limits: MemoryLimits, onEvent: (event: NativeEvent) => void): number;
  /** `done` or `failure`. */
  resetPeakMemory(onEvent: (event: NativeEvent) => void): number;
  /** Gives freed memory back that MLX keeps to use again. `done` or `failure`. */
  clearCache(onEvent: (event: NativeEvent) => void): number;
  systemMemory(): NativeSystemMemory;
  /** Calls between JavaScript and the addon in this environment so far, either way; this one is not counted. */
  crossings(): number;
}

/** MLX's memory, in bytes; see `MemoryReport`. */
export interface NativeMemory {
  readonly activeBytes: number;
  readonly peakBytes: number;
  readonly cacheBytes: number;
}

/** Figures of the system that JavaScript cannot read, each 0 where it is not known here. */
export interface NativeSystemMemory {
  /** Of a CUDA device. */
  readonly deviceFreeBytes: number;
  /** Of the system, on Apple's. */
  readonly availableBytes: number;
  /** As Apple's kernel counts: 1 normal, 2 warning, 4 critical. */
  readonly pressureLevel: number;
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
  /** Absent: nothing is kept. */
  readonly prefixCache?: NativePrefixCache;
  readonly batching: BatchingLimits;
  /** Default: all positions, as they are computed. */
  readonly cache?: CompleteCacheFormat;
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
  /** Reads an adapter beside the loaded model: `done` or `failure`. */
  loadAdapter(adapter: NativeAdapter, onEvent: (event: NativeEvent) => void): number;
  /** Requests that were made before keep it: `done` or `failure`. */
  unloadAdapter(id: number, onEvent: (event: NativeEvent) => void): number;
  /** Puts an adapter into the weights; no request is on its way: `done` or `failure`. */
  fuseAdapter(id: number, dequantize: boolean, onEvent: (event: NativeEvent) => void): number;
  /** Puts the weights back as they were; no request is on its way: `done` or `failure`. */
  unfuseAdapter(onEvent: (event: NativeEvent) => void): number;
  /** `cache-saved` or `failure`. */
  saveCache(request: NativeCacheFileRequest, onEvent: (event: NativeEvent) => void): number;
  /** `cache-loaded` or `failure`. */
  loadCache(request: NativeCacheFileRequest, onEvent: (event: NativeEvent) => void): number;
  /** Answers the request's `choose` to which its callback said `null`; nothing where it is no longer asked. */
  answer(request: number, choice: Exclude<NativeChoice, null>): void;
  /** Ends a request at its next step; it still tells of its end. */
  cancel(request: number): void;
  /** Gives back what is kept for later requests alone. `done` or `failure`. */
  dropCaches(onEvent: (event: NativeEvent) => void): number;
  /** Cancels all that runs and gives the memory back: `done` or `failure`. */
  unload(onEvent: (event: NativeEvent) => void): number;
  /**
   * For tests: so many of the next steps fail as a device would, and after a failure so many looks at whether it still computes;
   * two in a row mean that it is dead. Until then it is alive, whatever was before. `done`.
   */
  failNextSteps(steps: number, looks: number, onEvent: (event: NativeEvent) => void): number;
}

/** A generation. */
export interface NativeGenerateRequest {
  readonly prompt: Uint32Array;
  /**
   * So many tokens at the prompt's end were generated by this request before it was cut off; default 0. Random numbers and the
   * histories of penalties go on after them; events and `maxTokens` count from them.
   */
  readonly generatedTokens?: number;
  readonly maxTokens: number;
  readonly stopTokens: Uint32Array;
  readonly temperature: number;
  readonly topP: number;
  readonly minP: number;
  /** Default 1. */
  readonly minTokensToKeep?: number;
  readonly topK: number;
  readonly seed: number;
  readonly penalties?: NativePenalties;
  /** A bias a token. */
  readonly logitBias?: { readonly tokens: Uint32Array; readonly biases: readonly number[] };
  readonly xtc?: { readonly probability: number; readonly threshold: number; readonly excludedTokens: Uint32Array };
  /** Log-probabilities to tell with each token: of so many of the likeliest ones too; absent: none at all. */
  readonly logProbabilities?: number;
  /** Of the prefix cache; absent: what is found is reused, and what was made is kept. */
  readonly cache?: { readonly borders: Uint32Array; readonly salt: string; readonly reuse: boolean; readonly keep: boolean };
  /** Steps of its own, of the same shapes every time. */
  readonly deterministic: boolean;
  /** Whether `finish` is to have a profile; default false. */
  readonly profile?: boolean;
  /** Whether `choose` is to be asked for each token. */
  readonly constrained: boolean;
  /** Id of a loaded adapter. */
  readonly adapter?: number;
  /** How to guess tokens ahead: by `draftModel`, or looked up by `ngram`. */
  readonly speculation?: { readonly maxDraft: number; readonly ngram?: number };
  readonly draftModel?: NativeModel;
}

/** An adapter; shapes are checked against the graph. */
export interface NativeAdapter {
  /** Not in use yet, below 2^31. */
  readonly id: number;
  readonly weights: readonly AdapterWeight[];
  readonly tensors: readonly NativeAdapterTensor[];
}

/** A tensor of an adapter, in a file or with its bytes, which are copied. */
export interface NativeAdapterTensor extends NativeTensor {
  readonly bytes?: Uint8Array;
}

/** Penalties on the tokens that a context holds. */
export interface NativePenalties {
  /** 0 and 1 are off. */
  readonly repetition: number;
  readonly repetitionContext: number;
  /** 0 is off. */
  readonly presence: number;
  readonly presenceContext: number;
  /** 0 is off. */
  readonly frequency: number;
  readonly frequencyContext: number;
}

/** Cached states of a sequence that are written to a file or read from it. */
export interface NativeCacheFileRequest {
  readonly path: string;
  /** Empty where a file is read that tells them. */
  readonly tokens: Uint32Array;
  readonly salt: string;
  /** To write; empty where a file is read. */
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
}

/** How much of earlier sequences a model keeps. */
export interface NativePrefixCache {
  readonly bytes: number;
  readonly folder?: string;
  /** With a folder. */
  readonly folderBytes?: number;
  /** Of the model's graph and weights, with a folder. */
  readonly fingerprint?: string;
}

/** A scoring of sequences side by side. */
export interface NativeScoreRequest {
  readonly sequences: readonly Uint32Array[];
  /** Tokens of a sequence in a step; 0: the addon's own. */
  readonly chunkSize: number;
  readonly logits: boolean;
  /** Of each sequence the id of a loaded adapter or `null`; absent: none. */
  readonly adapters?: readonly (number | null)[];
}

/** An embedding of sequences, each whole in one step. */
export interface NativeEmbedRequest {
  readonly sequences: readonly Uint32Array[];
  /** Of each sequence; absent: all are 0. */
  readonly tokenTypes?: readonly Uint32Array[];
  readonly hidden: boolean;
}

/**
 * Answer to `choose`: a mask of allowed tokens, or the one token that must come; `null`: it comes later by `answer`. Nothing to
 * any other event.
 */
export type NativeChoice = Uint32Array | number | null | undefined;

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

/** What went wrong in the addon. `dead`: the device fails for good. `crash` and `crash-loop` are told of the addon's process, see `isolate`. */
export interface NativeFailure {
  readonly kind: 'argument' | 'checkpoint' | 'storage' | 'memory' | 'backend' | 'constraint' | 'busy' | 'dead' | 'aborted' | 'crash' | 'crash-loop' | 'writing' | 'cache-file';
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
  /** Of how many tokens, 0 where none were there, and the bytes of the file. */
  | { readonly type: 'cache-saved'; readonly cachedTokens: number; readonly byteLength: number }
  | { readonly type: 'cache-loaded'; readonly tokens: Uint32Array; readonly metadata: Readonly<Record<string, string>> }
  | { readonly type: 'done' }
  | { readonly type: 'failure'; readonly failure: NativeFailure };
