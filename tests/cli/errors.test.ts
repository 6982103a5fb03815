import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandFile, runMlxengine, starterCheckpoint, type Outcome } from './command.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlxengine-errors-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** A copy of the starter model with one thing changed. */
async function spoil(name: string, change: (checkpoint: string) => Promise<void>): Promise<string> {
  const checkpoint = join(folder, name);
  await cp(starterCheckpoint, checkpoint, { recursive: true });
  await change(checkpoint);
  return checkpoint;
}

/** Runs a command in a shell, into a pipe or, where `whole` says so, with its output sent where the reader would. */
function pipe(args: string, reader: string, whole = false): Promise<Outcome> {
  const command = `'${process.execPath}' '${commandFile}' ${args}`;
  const script = whole ? `${command} ${reader.slice(reader.indexOf('>'))}` : `set -o pipefail; ${command} | ${reader} > /dev/null`;
  return new Promise((resolve) => {
    execFile('bash', ['-c', script], (error, stdout, stderr) => resolve({ stdout, stderr, exitCode: error === null ? 0 : Number(error.code) }));
  });
}

async function answer(model: string): Promise<Outcome> {
  return runMlxengine(['run', 'Hello', '--model', model, '--backend', 'fallback', '--max-tokens', '4']);
}

describe('what mlxengine says when it cannot', () => {
  it.each([
    ['a misspelled name, with the nearest', 'smolm2', /smollm2.*\[model\.not-found\]/],
    ['a file in the place of a folder', fileURLToPath(import.meta.url), /is a file, expected the folder.*\[model\.not-a-folder\]/],
    ['a folder that is not there', './no/such/folder', /no such folder.*\[model\.not-found\]/],
  ])('%s', async (_, model, message) => {
    const { stdout, stderr, exitCode } = await answer(model);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  });

  it('a safetensors file that is cut off', async () => {
    const model = await spoil('cut', async (checkpoint) => {
      await using file = await open(join(checkpoint, 'model.safetensors'), 'r+');
      await file.truncate(1_000_000);
    });
    const { stderr, exitCode } = await answer(model);
    expect(stderr).toMatch(/^mlxengine: .*model\.safetensors.*\[checkpoint\.[\w-]+\]\n$/);
    expect(exitCode).toBe(1);
  });

  it('a safetensors file whose header is damaged', async () => {
    const model = await spoil('header', async (checkpoint) => {
      await using file = await open(join(checkpoint, 'model.safetensors'), 'r+');
      await file.write(Buffer.from('not json at all'), 0, 15, 8);
    });
    const { stderr, exitCode } = await answer(model);
    expect(stderr).toMatch(/\[checkpoint\.[\w-]+\]\n$/);
    expect(exitCode).toBe(1);
  });

  it('an unknown model_type, with those that are known', async () => {
    const model = await spoil('unknown', async (checkpoint) => {
      const file = join(checkpoint, 'config.json');
      const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
      await writeFile(file, JSON.stringify({ ...config, model_type: 'lama' }));
    });
    const { stderr, exitCode } = await answer(model);
    expect(stderr).toMatch(/"lama".*llama.*\[architecture\.unknown\]/);
    expect(exitCode).toBe(1);
  });

  it.each([
    ['an unknown command', ['walk'], /\[cli\.unknown-command\]/],
    ['an unknown option', ['run', '--no-such'], /no-such.*\[cli\.usage\]/],
    ['an argument too many', ['chat', 'Hello'], /takes no argument, found "Hello".*\[cli\.unexpected-argument\]/],
    ['no prompt', ['run'], /no prompt.*\[cli\.usage\]/],
    ['a number that is none', ['run', 'x', '--max-tokens', 'many'], /--max-tokens is "many", expected a whole number.*\[cli\.usage\]/],
    ['a backend that is none', ['run', 'x', '--backend', 'abacus'], /expected one of auto, mlx, fallback.*\[cli\.usage\]/],
  ])('%s: exit code 2', async (_, args, message) => {
    const { stdout, stderr, exitCode } = await runMlxengine(args);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it('more tokens to measure than the context holds', async () => {
    const { stderr, exitCode } = await runMlxengine(['bench', '--backend', 'fallback', '--prompt-tokens', '8190', '--max-tokens', '8']);
    expect(stderr).toMatch(/8198 tokens.*8192.*\[context\.exceeded\]/);
    expect(exitCode).toBe(1);
  });

  it.each(['--help', 'list', 'doctor', 'run Hello --backend fallback'])('a reader that goes away is no error: %s', async (args) => {
    const { stderr, exitCode } = await pipe(args, 'head -c 3');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  it.skipIf(!existsSync('/dev/full')).each(['list', 'run Hello --max-tokens 3 --backend fallback'])(
    'standard output on a full disk (needs /dev/full): %s',
    async (args) => {
      const { stderr, exitCode } = await pipe(args, 'cat > /dev/full', true);
      expect(stderr).toMatch(/^mlxengine: .*standard output.*\[storage\.disk-full\]\n$/);
      expect(exitCode).toBe(1);
    },
  );

  it('more threads than the backend has', async () => {
    const { stderr, exitCode } = await runMlxengine(['bench', '--backend', 'fallback', '--threads', '512', '--max-tokens', '2']);
    expect(stderr).toMatch(/thread.*\[feature\.[\w-]+\]/);
    expect(exitCode).toBe(1);
  });

  it('a language that is none', async () => {
    const { stderr, exitCode } = await runMlxengine(['list'], { env: { MLXENGINE_LANGUAGE: 'tlh' } });
    expect(stderr).toMatch(/"tlh", expected en or de.*\[cli\.unknown-language\]/);
    expect(exitCode).toBe(2);
  });

  it('speaks German where asked to', async () => {
    const { stderr } = await runMlxengine(['walk'], { env: { MLXENGINE_LANGUAGE: 'de' } });
    expect(stderr).toContain('Den Befehl "walk" gibt es nicht');
  });
});
