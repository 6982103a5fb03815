import { describe, expect, it } from 'vitest';
import { judgeSkips } from '../../scripts/ci/judge-skips.mjs';

const ran = { name: 'core: a.test.ts: adds', status: 'passed' };
const skipped = { name: 'native-mlx: b.test.ts: runs on Metal', status: 'skipped' };
const entry = { test: 'runs on Metal', reason: 'needs Apple silicon' };

describe('skips', () => {
  it('are problems unless they are expected', () => {
    expect(judgeSkips([ran, skipped], [], 'linux')).toEqual(['skipped unexpectedly: native-mlx: b.test.ts: runs on Metal']);
    expect(judgeSkips([ran, skipped], [entry], 'linux')).toEqual([]);
  });

  it('are problems when they are expected and no longer happen', () => {
    expect(judgeSkips([ran], [entry], 'linux')).toEqual([expect.stringContaining('no longer skipped')]);
  });

  it('are expected only on the platforms that the entry names', () => {
    const onLinux = { ...entry, platforms: ['linux'] };
    expect(judgeSkips([skipped], [onLinux], 'darwin')).toHaveLength(1);
    expect(judgeSkips([ran], [onLinux], 'darwin')).toEqual([]);
  });
});
