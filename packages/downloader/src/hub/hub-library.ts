import type { HUB_URL, listFiles, modelInfo } from '@huggingface/hub';

/** What is used of `@huggingface/hub`, which comes in one build for Node and another for browsers. */
export interface HubLibrary {
  readonly defaultEndpoint: typeof HUB_URL;
  readonly listFiles: typeof listFiles;
  readonly modelInfo: typeof modelInfo;
}
