import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { missing, suiteName } from './mlx.js';

interface End {
  readonly code: number | string | null | undefined;
  readonly signal: string | null | undefined;
  readonly output: string;
}

function leave(how: string): Promise<End> {
  const fixture = join(import.meta.dirname, 'fixtures', 'leave-while-generating.mjs');
  return new Promise((resolve) => {
    execFile(process.execPath, [fixture, how], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, signal: error?.signal, output: stdout + stderr });
    });
  });
}

describe.skipIf(missing !== '')(suiteName('leaving while the addon generates', missing), () => {
  test('process.exit keeps its code', async () => {
    expect(await leave('exit')).toMatchObject({ code: 7, signal: null });
  });

  test('an uncaught exception ends the process as ever', async () => {
    const { code, signal, output } = await leave('throw');
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(output).toContain('on purpose');
  });

  test('a process whose work is done ends by itself', async () => {
    expect(await leave('end')).toMatchObject({ code: 0 });
  });

  test('worker threads can be terminated, and the next environment works', async () => {
    const { code, output } = await leave('terminate');
    expect(output).toContain('still here');
    expect(code).toBe(0);
  });
});
