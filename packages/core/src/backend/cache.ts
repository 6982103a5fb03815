/** How much of earlier prompts a model keeps; needs the feature `prefix-cache`. */
export interface PrefixCacheOptions {
  /** Most bytes of memory; 0 keeps nothing. Default: a quarter of what is left when the model is loaded. */
  readonly bytes?: number;
  /** Folder where what memory has no room for goes, and where later runs find it; default: none. */
  readonly folder?: string;
  /** Most bytes there; default 8 GiB. */
  readonly folderBytes?: number;
}

/** What a request wants of the prefix cache; needs the feature `prefix-cache`. */
export interface PrefixCacheRequest {
  /**
   * Positions in the prompt, ascending, where messages end: from 1 to the prompt's length - 1. States that cannot go
   * back (recurrent ones, rings) are kept there, so that a later prompt that changes after a border finds it.
   */
  readonly borders?: readonly number[];
  /** Sequences share nothing across salts, so that tenants cannot measure each other's prompts; default: empty. */
  readonly salt?: string;
  /** Whether to look for the prompt's beginning; default true. */
  readonly reuse?: boolean;
  /** Whether to keep the sequence for later requests; default true. */
  readonly keep?: boolean;
}

/**
 * Why no more of a prompt came from the prefix cache:
 * - `complete`: all but the last token did, which is always computed
 * - `cache-end`: the prompt goes on where what was kept ends
 * - `different-token`: what was kept goes on with another token
 * - `no-snapshot`: more was known, but a recurrent state only goes back to where it was kept (see `borders`)
 * - `window`: more was known, but a sliding window's ring no longer holds the tokens before
 * - `evicted`: more was kept once, and has made room for something else
 * - `empty`: nothing is kept of this model, adapter, cache format and salt
 * - `off`: the request did not want any
 */
export type PrefixCacheEnd = 'complete' | 'cache-end' | 'different-token' | 'no-snapshot' | 'window' | 'evicted' | 'empty' | 'off';

/** How much of a prompt came from the prefix cache, and why it was not more. */
export interface PrefixCacheReport {
  /** Prompt tokens that were not computed again. */
  readonly cachedTokens: number;
  /** Prompt tokens that are the same as something that is or was kept. */
  readonly matchedTokens: number;
  readonly end: PrefixCacheEnd;
  /** For `different-token`: the token that was kept at the index `matchedTokens`. */
  readonly expected?: number;
  /** For `different-token`: the prompt's token there. */
  readonly found?: number;
}

/** Asks for a file of cached states; needs the feature `cache-files`. */
export interface SaveCacheRequest {
  /** The sequence whose states to save; the longest part of it that is in the prefix cache is. */
  readonly tokens: readonly number[] | Uint32Array;
  /** Path of the file, which is replaced as a whole. */
  readonly path: string;
  /** As the sequence was generated with; default: empty. */
  readonly salt?: string;
  /** Put into the file; keys have no dot, which mlx-lm would make a tree of. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Answer to a {@link SaveCacheRequest}. */
export interface SavedCache {
  /** Tokens whose states were saved. */
  readonly cachedTokens: number;
  /** Of the file. */
  readonly byteLength: number;
}

/** Asks for a file of cached states to be read; needs the feature `cache-files`. */
export interface LoadCacheRequest {
  /** Path of a file of {@link SaveCacheRequest} or of mlx-lm's `save_prompt_cache`. Files are untrusted. */
  readonly path: string;
  /**
   * The tokens that the states are of, at least as many as the file holds positions. Files of this engine say so
   * themselves, and have to agree where tokens are given; files of mlx-lm do not.
   */
  readonly tokens?: readonly number[] | Uint32Array;
  /** Which requests may use it; default: empty. */
  readonly salt?: string;
}

/** Answer to a {@link LoadCacheRequest}. The states are in the prefix cache now. */
export interface LoadedCache {
  /** The tokens that they are of. */
  readonly tokens: Uint32Array;
  /** What {@link SaveCacheRequest.metadata} put into it. */
  readonly metadata: Readonly<Record<string, string>>;
}
