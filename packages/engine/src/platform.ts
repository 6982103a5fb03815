import type { Downloader, ModelSource } from '@mlxengine/core';
import type { BackendProbe, InferenceBackend } from '@mlxengine/core/backend';
import type { BackendChoice } from './backend-selection.js';
import type { ExperimentalFeatures, FeatureFlagName } from '@mlxengine/core';

/** What making a backend takes. */
export interface CreateBackendOptions {
  readonly experimental?: ExperimentalFeatures;
  /** Whether it has to live in a process of its own. */
  readonly isolate?: boolean;
}

/** A backend that this platform may have. */
export interface BackendCandidate {
  readonly name: Exclude<BackendChoice, 'auto'>;
  /** Experimental features that it honours. */
  readonly experimental: readonly FeatureFlagName[];
  /** Whether it can live in a process of its own. */
  readonly isolates: boolean;
  probe(): Promise<BackendProbe>;
  create(options: CreateBackendOptions): Promise<InferenceBackend>;
}

/** What differs between Node and a browser. */
export interface EnginePlatform {
  /** In order of preference. */
  readonly candidates: readonly BackendCandidate[];
  createDownloader(): Downloader;
  /** The folder at a path; `undefined` where there is none, or no file system. */
  openFolder(path: string): Promise<ModelSource | undefined>;
  /** The starter model where its package is installed. */
  openStarterModel(): Promise<ModelSource | undefined>;
}
