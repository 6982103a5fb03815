import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { Message, Tokenizer } from '@mlxengine/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../src/index.js';
import { ChatTemplate } from '../../src/template/chat-template.js';
import { folderSource, starterCheckpoint } from '../support/checkpoint-folder.js';
import { memorySource } from '../support/memory-source.js';
import { templates } from './templates.js';

interface Reference {
  readonly tokenizers: Readonly<Record<string, { readonly file: string | null; readonly cases: readonly (readonly [string, readonly number[], string])[] }>>;
  readonly templates: Readonly<Record<string, readonly string[]>>;
}

const python = process.env['MLXENGINE_PARITY_PYTHON'];
const families = [
  'SmolLM2', 'gpt2', 'smollm', 'qwen', 'llama3', 'gpt-oss', 'deepseek', 'falcon', 'punctuation', 'llama2', 'gemma', 'mistral', 'metaspace', 'merged-with-next', 'unigram',
];
const conversations: readonly (readonly Message[])[] = [
  [{ role: 'user', content: 'What is the capital of France?' }],
  [{ role: 'system', content: 'Be "brief".\n' }, { role: 'user', content: ' Hi\t😀 ' }, { role: 'assistant', content: 'Hello.\n\nYou?' }, { role: 'user', content: "It's <fine> & {{ok}}" }],
  [{ role: 'user', content: 'a' }, { role: 'assistant', content: '' }, { role: 'user', content: '\\n' }],
];
const specialTokens = { bos_token: '<s>', eos_token: '</s>' };

async function open(name: string, reference: Reference): Promise<Tokenizer> {
  const file = reference.tokenizers[name]?.file;
  return loadTokenizer(typeof file === 'string' ? memorySource({ 'tokenizer.json': file }) : folderSource(starterCheckpoint));
}

function streamed(tokenizer: Tokenizer, ids: readonly number[]): string {
  const detokenizer = tokenizer.detokenizer();
  let text = '';
  for (const id of ids) {
    const more = detokenizer.push([id]);
    expect(more).not.toMatch(/[\ud800-\udbff]$/);
    text += more;
  }
  return text + detokenizer.flush();
}

describe.skipIf(python === undefined)("like Python's tokenizers and transformers (skipped where MLXENGINE_PARITY_PYTHON names no Python with them)", () => {
  let reference: Reference;

  beforeAll(() => {
    const variables = conversations.flatMap((messages) => [true, false].map((add_generation_prompt) => ({ messages, add_generation_prompt, ...specialTokens })));
    const input = JSON.stringify({ checkpoint: starterCheckpoint, count: 10_000, templates, variables });
    const output = execFileSync(python as string, [resolve(import.meta.dirname, 'reference.py')], { input, encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['pipe', 'pipe', 'inherit'] });
    reference = JSON.parse(output) as Reference;
  });

  it.each(families)('%s: the same ids and the same text for random strings', async (name) => {
    const tokenizer = await open(name, reference);
    const cases = reference.tokenizers[name]?.cases ?? [];
    expect(cases.length).toBeGreaterThanOrEqual(2000);
    for (const [text, ids, decoded] of cases) {
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
      expect(tokenizer.decode(ids), JSON.stringify(text)).toBe(decoded);
      expect(streamed(tokenizer, ids), JSON.stringify(text)).toBe(decoded);
    }
  });

  it.each(Object.keys(templates))('the template of %s renders the same', (name) => {
    const template = new ChatTemplate(templates[name] ?? '', { model: name, file: 'chat_template.jinja', specialTokens });
    const rendered = conversations.flatMap((messages) => [true, false].map((addGenerationPrompt) => template.render(messages, { addGenerationPrompt })));
    expect(rendered).toEqual(reference.templates[name]);
  });
});
