import { TokenizerError } from '@mlxengine/core';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../tests/support/memory-source.js';
import { byteLevelTokenizer } from '../../tests/support/tiny-tokenizers.js';
import { loadTokenizer } from '../load-tokenizer.js';

async function apply(files: Readonly<Record<string, unknown>>): Promise<string> {
  const tokenizer = await loadTokenizer(memorySource({ 'tokenizer.json': byteLevelTokenizer(), ...files }, 'my/model'));
  return tokenizer.applyChatTemplate([{ role: 'user', content: 'Hi' }]);
}

async function code(files: Readonly<Record<string, unknown>>): Promise<string> {
  const error: unknown = await apply(files).catch((reason: unknown) => reason);
  return TokenizerError.isInstance(error) ? `${error.code}: ${error.message}` : String(error);
}

describe('the chat template of a checkpoint', () => {
  const configuration = { 'tokenizer_config.json': { chat_template: 'config {{ messages[0].content }}', bos_token: { content: '<s>' } } };
  const json = { 'chat_template.json': { chat_template: 'json' } };
  const jinja = { 'chat_template.jinja': 'jinja {{ bos_token }}' };

  it('is looked for in a file of its own first', async () => {
    expect(await apply({ ...configuration, ...json, ...jinja })).toBe('jinja <s>');
    expect(await apply({ ...configuration, ...json })).toBe('json');
    expect(await apply(configuration)).toBe('config Hi');
  });

  it('is the one named default where there are several', async () => {
    const named = [{ name: 'tool_use', template: 'tools' }, { name: 'default', template: 'plain' }];
    expect(await apply({ 'tokenizer_config.json': { chat_template: named } })).toBe('plain');
    expect(await code({ 'tokenizer_config.json': { chat_template: named.slice(0, 1) } })).toMatch(/^template\.no-default: .*tool_use/);
  });

  it('may be missing or broken: raw prompts still work', async () => {
    expect(await code({})).toMatch(/^template\.missing: .*my\/model/);
    const tokenizer = await loadTokenizer(memorySource({ 'tokenizer.json': byteLevelTokenizer(), 'chat_template.jinja': '{% if %}' }));
    expect(tokenizer.encode('A')).toEqual([65]);
    expect(() => tokenizer.applyChatTemplate([])).toThrow(TokenizerError);
  });
});
