export { createDownloader } from './browser-downloader.js';
export type { DownloaderOptions } from './downloader-options.js';
export { openUrl, type OpenUrlOptions } from './source/url-source.js';
