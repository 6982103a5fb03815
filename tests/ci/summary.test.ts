import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const repository = resolve(import.meta.dirname, '..', '..');
const summary = join(repository, 'scripts', 'ci', 'summary.mjs');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlxengine-reports-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function report(path: string, content: unknown): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), JSON.stringify(content));
}

/** One file of a vitest report, of tests that ended in these ways. */
function testFile(statuses: readonly string[], status = 'passed', message = ''): unknown {
  const assertionResults = statuses.map((each, index) => ({ fullName: `test ${index}`, status: each }));
  return { name: join(repository, 'packages', 'core', 'a.test.ts'), status, message, assertionResults };
}

function summarize(allowed: readonly unknown[] = []): { readonly lines: readonly string[]; readonly status: number | null } {
  const allowedSkips = join(folder, 'allowed-skips');
  mkdirSync(folder, { recursive: true });
  writeFileSync(allowedSkips, JSON.stringify(allowed));
  const { stdout, status } = spawnSync(process.execPath, [summary, folder, allowedSkips], { encoding: 'utf8' });
  return { lines: stdout.trim().split('\n'), status };
}

describe('the summary of .ci/run', () => {
  beforeEach(() => {
    report('core.json', { testResults: [testFile(['passed', 'passed'])] });
    report('text.json', { testResults: [testFile(['passed'])] });
    report('runs/npm_test.json', { name: 'npm test', status: 0 });
    report('checks/eslint.json', { name: 'eslint', status: 0 });
  });

  it('counts the tests of all reports, and one for each check', () => {
    expect(summarize()).toEqual({ lines: ['4 passed, 0 failed'], status: 0 });
  });

  it('names a failed test, and counts the run that it failed in once', () => {
    report('text.json', { testResults: [testFile(['passed', 'failed'], 'failed')] });
    report('runs/npm_test.json', { name: 'npm test', status: 1 });
    expect(summarize()).toEqual({ lines: ['failed: text: packages/core/a.test.ts: test 1', '4 passed, 1 failed'], status: 1 });
  });

  it('counts a file that cannot be loaded as failed', () => {
    report('text.json', { testResults: [testFile([], 'failed', 'Cannot find module')] });
    expect(summarize()).toEqual({ lines: ['failed: text: packages/core/a.test.ts: Cannot find module', '3 passed, 1 failed'], status: 1 });
  });

  it.each(['pending', 'skipped', 'todo', 'disabled'])('counts a test that nobody expected to be %s as failed', (status) => {
    report('text.json', { testResults: [testFile(['passed', status])] });
    expect(summarize()).toEqual({ lines: ['skipped unexpectedly: text: packages/core/a.test.ts: test 1', '4 passed, 1 failed'], status: 1 });
  });

  it('takes a skip that is listed, and counts one that is listed and gone as failed', () => {
    const allowed = [{ test: 'a.test.ts: test 1', reason: 'needs Metal' }];
    expect(summarize(allowed).lines.at(-1)).toBe('4 passed, 1 failed');
    report('text.json', { testResults: [testFile(['passed', 'skipped'])] });
    report('core.json', { testResults: [testFile(['passed'])] });
    expect(summarize(allowed)).toEqual({ lines: ['3 passed, 0 failed'], status: 0 });
  });

  it('counts a failed check', () => {
    report('checks/eslint.json', { name: 'eslint', status: 2 });
    expect(summarize()).toEqual({ lines: ['failed: eslint', '3 passed, 1 failed'], status: 1 });
  });

  it('counts a run that ended badly without a failed test', () => {
    report('runs/parity.json', { name: 'parity', status: 1 });
    expect(summarize()).toEqual({ lines: ['ended badly: parity', '4 passed, 1 failed'], status: 1 });
  });

  it('fails where nothing ran', () => {
    rmSync(folder, { recursive: true });
    expect(summarize()).toEqual({ lines: ['0 passed, 0 failed'], status: 1 });
  });
});
