export { openUrl, type OpenUrlOptions } from './source/url-source.js';
