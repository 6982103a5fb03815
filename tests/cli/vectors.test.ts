import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sentenceTransformers, tinyBert, writeTinyModel } from '../engine/tiny-vector-model.js';
import { runMlxengine } from './command.js';

const folder = mkdtempSync(join(tmpdir(), 'mlxengine-vectors-'));
const [embedder, ranker] = [join(folder, 'embedder'), join(folder, 'ranker')];

beforeAll(async () => {
  await writeTinyModel(embedder, tinyBert, sentenceTransformers);
  await writeTinyModel(ranker, { ...tinyBert, architectures: ['BertForSequenceClassification'], num_labels: 1 });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const embed = ['embed', '--model', embedder, '--backend', 'fallback'];
const rerank = ['rerank', '--model', ranker, '--backend', 'fallback', '--query', 'what is a river?'];

describe('mlxengine embed', () => {
  it('prints one line of JSON with a vector an argument', async () => {
    const { stdout, stderr, exitCode } = await runMlxengine([...embed, 'a river', 'birds', '--json']);
    const { model, dimensions, embeddings } = JSON.parse(stdout) as { model: string; dimensions: number; embeddings: number[][] };
    expect({ stderr, exitCode, model, dimensions, lines: stdout.split('\n').length }).toEqual({ stderr: '', exitCode: 0, model: embedder, dimensions: 32, lines: 2 });
    expect(embeddings.map((vector) => vector.length)).toEqual([32, 32]);
    expect(Math.hypot(...embeddings[0]!)).toBeCloseTo(1, 5);
  });

  it('takes lines of a pipe, prints a line each, and puts a prompt before them', async () => {
    const piped = await runMlxengine([...embed, '--prompt', 'query'], { input: 'a river\n\nbirds\r\n' });
    const given = await runMlxengine([...embed, 'query: a river', 'query: birds', '--json']);
    const { embeddings } = JSON.parse(given.stdout) as { embeddings: number[][] };
    expect(piped.stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as number[])).toEqual(embeddings);
  });
});

describe('mlxengine rerank', () => {
  it('prints scores in the documents\' order and which is best, or the documents, best first', async () => {
    const documents = ['water that flows', 'the cat sits', 'a bird'];
    const { stdout } = await runMlxengine([...rerank, ...documents, '--json']);
    const { model, scores, order } = JSON.parse(stdout) as { model: string; scores: number[]; order: number[] };
    expect({ model, order }).toEqual({ model: ranker, order: [0, 1, 2].sort((a, b) => scores[b]! - scores[a]!) });
    const { stdout: people } = await runMlxengine(rerank, { input: documents.join('\n') });
    expect(people).toBe(order.map((index) => `${scores[index]!.toFixed(4)}  ${documents[index]}\n`).join(''));
  });
});

it.each([
  ['embed without a model', ['embed', 'a river'], '--model is missing'],
  ['embed without texts', embed, 'There are no texts'],
  ['rerank without a query', ['rerank', '--model', ranker, 'a bird'], '--query is missing'],
  ['rerank without documents', rerank, 'There are no documents'],
])('%s is wrong usage', async (_, args, problem) => {
  const { stderr, exitCode } = await runMlxengine(args);
  expect(stderr).toContain(problem);
  expect(exitCode).toBe(2);
});

it('says what to load a model of another kind with', async () => {
  const { stderr, exitCode } = await runMlxengine(['rerank', '--model', embedder, '--backend', 'fallback', '--query', 'a', 'b']);
  expect(stderr).toMatch(/loadEmbeddingModel.*\[feature\.unsupported\]/);
  expect(exitCode).toBe(1);
});
