/** How to download. What is said of the environment is of Node; a browser has none. */
export interface DownloaderOptions {
  /** Address of the hub or a mirror; default: `HF_ENDPOINT`, else the hub itself. */
  readonly endpoint?: string;
  /**
   * Folder of the hub cache; default: `HF_HUB_CACHE`, else `hub` below `HF_HOME`, else the one Python's library uses.
   * In a browser the name of a folder in the page's private file system; default `mlxengine`.
   */
  readonly cacheDirectory?: string;
  /** Token for private and gated models; default: `HF_TOKEN`, else the file that `hf auth login` writes. Empty is none. */
  readonly token?: string;
  /** Whether to use the cache alone; default: `HF_HUB_OFFLINE`, else false. */
  readonly offline?: boolean;
}
