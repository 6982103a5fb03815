export { findModel, listModels, searchModels, suggestModels } from './registry.js';
export type { RegistryEntry } from './registry-entry.js';
export { validateEntries } from './validate-entries.js';
