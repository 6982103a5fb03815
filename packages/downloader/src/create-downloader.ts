import type { Downloader } from '@mlxengine/core';
import type { DownloaderOptions } from './downloader-options.js';
import { nodeDownloader } from './node-downloader.js';

/**
 * A downloader from the Hugging Face hub, or a mirror, into the standard hub cache, which it shares with Python's
 * `huggingface_hub`. A model that is complete there is taken from it without network.
 * @throws `InvalidArgumentError` where the endpoint is no web address
 */
export function createDownloader(options: DownloaderOptions = {}): Downloader {
  return nodeDownloader(options);
}
