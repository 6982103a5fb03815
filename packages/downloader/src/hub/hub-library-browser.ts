// The build puts the library's browser build in here: its package offers bundlers only the one for Node.
import { HUB_URL, listFiles, modelInfo } from '@huggingface/hub';
import type { HubLibrary } from './hub-library.js';

/** The hub's library as browsers load it. */
export const hubLibrary: HubLibrary = { defaultEndpoint: HUB_URL, listFiles, modelInfo };
