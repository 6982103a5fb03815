export { createDownloader } from './create-downloader.js';
export type { DownloaderOptions } from './downloader-options.js';
export { openFolder } from './source/folder-source.js';
export { openUrl, type OpenUrlOptions } from './source/url-source.js';
