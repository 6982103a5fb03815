import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const execute = promisify(execFile);

async function run(example: string): Promise<string> {
  const file = fileURLToPath(new URL(`../${example}.ts`, import.meta.url));
  const { stdout, stderr } = await execute(process.execPath, [file]);
  expect(stderr).toBe('');
  return stdout;
}

describe('the examples', { timeout: 120_000 }, () => {
  it('quick start names Paris', async () => {
    expect(await run('quick-start')).toContain('Paris');
  });

  it('streaming prints an answer, how it ended, and what an abort leaves', async () => {
    const output = await run('streaming');
    expect(output).toMatch(/\w.*\n\[(stop|length): \d+ prompt tokens, \d+ new ones\]/s);
    expect(output).toMatch(/\[stopped after \d+ characters\]/);
  });

  it('a chat session reuses the first turn in the second', async () => {
    const output = await run('chat-session');
    expect(output).toContain('Paris');
    const [, cached, prompt] = /\[(\d+) of (\d+) prompt tokens came from the cache\]/.exec(output) ?? [];
    expect(Number(cached)).toBeGreaterThan(Number(prompt) / 2);
    expect(output).toContain('[5 messages]');
  });

  it('backend selection explains itself and answers on the fallback engine', async () => {
    const output = await run('backend-selection');
    expect(output).toMatch(/^mlx: (works|cannot be used) here$/m);
    expect(output).toMatch(/^fallback: works here$/m);
    expect(output).toMatch(/is the best that works here/);
    expect(output).toMatch(/^fallback on .+ says: .*Paris/m);
  });
});
