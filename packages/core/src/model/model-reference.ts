import type { ModelSource } from './model-source.js';

/**
 * Names a model: a registry name (`smollm2`), a hub id (`mlx-community/Qwen3-4B-4bit`, with `@revision` if wanted),
 * a folder's path, or a source of files.
 */
export type ModelReference = string | ModelSource;
