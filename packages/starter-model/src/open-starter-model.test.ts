import { expect, test } from 'vitest';
import { temporaryFolder } from '../tests/support/temporary-folder.js';
import { openCheckpoint, openStarterModel } from './open-starter-model.js';

test('the checkpoint of this package is whole and has a name that the registry knows', async () => {
  const source = await openStarterModel();
  expect(source.name).toBe('smollm2');
  expect((await source.list()).map(({ path }) => path)).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json']));
  expect(JSON.parse(new TextDecoder().decode(await source.read('config.json')))).toMatchObject({ model_type: 'llama', vocab_size: 49_152 });
  expect(source.localPath?.('config.json')).toMatch(/checkpoint.config\.json$/);
});

test('paths that are not of the model are not opened', async () => {
  const source = await openStarterModel();
  expect(source.localPath?.('../package.json')).toBeUndefined();
  await expect(source.read('../package.json')).rejects.toMatchObject({ name: 'ModelNotFoundError' });
  await expect(source.read('config.json', { offset: 1e9, length: 1 })).rejects.toMatchObject({ code: 'storage.too-short' });
});

test('a folder without a checkpoint says what to do', async () => {
  await expect(openCheckpoint(await temporaryFolder())).rejects.toThrow(/pnpm --filter @mlxengine\/starter-model build/);
});
