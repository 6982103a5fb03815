import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import type { TokenStatistics } from '@mlxengine/core/backend';
import { build } from 'esbuild';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { request } from '../backend/tokens.js';
import { capitalOfFrance, paris, starterCheckpoint, starterMissing, suiteName } from '../starter.js';
import { servePages, type PageKind } from './page-server.js';

const executablePath = process.env['MLXENGINE_CHROMIUM'] ?? '/usr/bin/chromium';
const missing = existsSync(executablePath) ? starterMissing : 'there is no Chromium; name one in MLXENGINE_CHROMIUM';
const quiet = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** What the page tells, see page.ts. */
interface Outcome {
  readonly device: string;
  readonly tokens: readonly number[];
  readonly statistics: TokenStatistics;
  readonly turns: number;
  readonly aborted: string;
  readonly isolated: boolean;
  readonly afterAbortMs: number;
  readonly bytesAfterUnload: number;
}

const pages: Readonly<Record<string, PageKind>> = {
  plain: {},
  file: {
    workerFile: true,
    headers: { 'content-security-policy': "worker-src 'self'", 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
  },
  locked: { headers: { 'content-security-policy': "worker-src 'none'" } },
};

describe.skipIf(missing !== '')(suiteName('SmolLM2 in Chromium, bundled by esbuild', missing), () => {
  let browser: Browser;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, 'page.ts')],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2024',
      write: false,
      logLevel: 'error',
    });
    ({ url, server } = await servePages(outputFiles[0]?.text ?? '', pages));
    browser = await chromium.launch({ executablePath, args: quiet });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function answerIn(page: string): Promise<Outcome> {
    const tab = await browser.newPage();
    await tab.goto(`${url}/${page}/`);
    await tab.waitForFunction('globalThis.answer !== undefined');
    const paths = await readdir(starterCheckpoint);
    const files = await Promise.all(paths.map(async (path) => ({ path, size: (await stat(join(starterCheckpoint, path))).size })));
    const asked = request(capitalOfFrance, { maxTokens: 20, stopTokens: [2, 0] });
    const outcome: Outcome = await tab.evaluate(`answer(${JSON.stringify(files)}, ${JSON.stringify(asked)})`);
    await tab.close();
    console.log(page, outcome);
    return outcome;
  }

  test.each([
    ['plain', 'a worker from memory, where no bundler emitted its file', 'in a worker', false],
    ['file', 'a worker from its file, with shared memory', 'in a worker', true],
    ['locked', 'in the page, where a policy forbids workers', 'in the calling thread', false],
  ])('%s: %s', { timeout: 120_000 }, async (page, _, place, isolated) => {
    const outcome = await answerIn(page);
    expect(outcome.device).toContain(place);
    expect(outcome.isolated).toBe(isolated);
    expect(outcome.tokens).toEqual(paris);
    expect(outcome.aborted).toBe('AbortedError');
    expect(outcome.bytesAfterUnload).toBe(0);
    // 2,000 tokens would take some 20 seconds; the page's timers went on meanwhile.
    expect(outcome.afterAbortMs).toBeLessThan(2000);
    expect(outcome.turns).toBeGreaterThan(20);
  });
});
