import { HUB_URL, listFiles, modelInfo } from '@huggingface/hub';
import type { HubLibrary } from './hub-library.js';

/** The hub's library as Node loads it. */
export const hubLibrary: HubLibrary = { defaultEndpoint: HUB_URL, listFiles, modelInfo };
