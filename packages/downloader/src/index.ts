export { openFolder } from './source/folder-source.js';
export { openUrl, type OpenUrlOptions } from './source/url-source.js';
