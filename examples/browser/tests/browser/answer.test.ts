import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openStarterModel } from '@mlxengine/starter-model';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExampleServer } from '../../server.js';

const executablePath = process.env['MLXENGINE_CHROMIUM'] ?? '/usr/bin/chromium';
const reports = resolve(import.meta.dirname, '../../../../reports');
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** A file that a checkpoint may have or not: the browser notes each that is not there. */
function missing(url: string): boolean {
  return /\/model\/(special_tokens_map|added_tokens|chat_template|preprocessor_config|vocab|merges|tokenizer)\.\w+$/.test(url);
}

describe.skipIf(!existsSync(executablePath))('the example page in Chromium (skipped where neither MLXENGINE_CHROMIUM nor /usr/bin/chromium is one)', () => {
  let server: Server;
  let context: BrowserContext;
  let page: Page;
  let profile: string;
  const requested: { readonly url: string; readonly range: string | undefined }[] = [];
  const problems: string[] = [];

  beforeAll(async () => {
    server = createExampleServer(await openStarterModel());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    profile = await mkdtemp(join(tmpdir(), 'mlxengine-chromium-'));
    context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: quiet, viewport: { width: 900, height: 700 } });
    page = await context.newPage();
    page.on('request', (request) => requested.push({ url: request.url(), range: request.headers()['range'] }));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !missing(message.location().url)) problems.push(message.text());
    });
  });

  afterAll(async () => {
    await context.close();
    await new Promise((closed) => server.close(closed));
    await rm(profile, { recursive: true, force: true });
  });

  const status = (): Promise<string> => page.locator('#status').innerText();

  it('loads the model with progress, by ranges', async () => {
    const seen = new Set<string>();
    await page.exposeFunction('sawStatus', (text: string) => void seen.add(text));
    await page.addInitScript(() => {
      document.addEventListener('DOMContentLoaded', () => {
        const element = document.getElementById('status');
        new MutationObserver(() => (globalThis as unknown as { sawStatus(text: string): void }).sawStatus(element?.textContent ?? '')).observe(element as Node, { childList: true, characterData: true, subtree: true });
      });
    });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.locator('#send:enabled').waitFor({ timeout: 60_000 });
    expect(await status()).toMatch(/^Ready after .*llama, fallback on/);
    expect([...seen].filter((text) => /^Loading the weights \d+ %$/.test(text)).length).toBeGreaterThan(3);
    expect(requested.filter(({ url, range }) => url.endsWith('.safetensors') && range !== undefined).length).toBeGreaterThan(0);
  });

  it('answers the capital of France with Paris, as it comes', async () => {
    await page.fill('#prompt', 'What is the capital of France?');
    await page.press('#prompt', 'Enter');
    const answer = page.locator('.assistant').first();
    await expect.poll(() => answer.innerText(), { timeout: 60_000, interval: 20 }).not.toBe('');
    const beginning = await answer.innerText();
    await page.locator('.note').first().waitFor({ timeout: 60_000 });
    const text = await answer.innerText();
    expect(text).toContain('Paris');
    expect(text.startsWith(beginning)).toBe(true);
    expect(beginning.length).toBeLessThan(text.length);
    expect(await page.locator('.note').first().innerText()).toMatch(/^\d+ tokens, \d+\.\d a second/);
    await mkdir(reports, { recursive: true });
    await page.screenshot({ path: join(reports, 'browser-example.png') });
  });

  it('stops an answer at once, forgets that turn, and goes on', async () => {
    await page.fill('#prompt', 'Tell me a very long story about the sea.');
    await page.press('#prompt', 'Enter');
    const answer = page.locator('.assistant').nth(1);
    await expect.poll(() => answer.innerText(), { timeout: 60_000, interval: 20 }).not.toBe('');
    const start = performance.now();
    await page.click('#stop');
    await page.locator('.note').nth(1).waitFor({ timeout: 5_000 });
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(await page.locator('.note').nth(1).innerText()).toContain('Stopped');
    const stopped = await answer.innerText();
    await page.fill('#prompt', 'What is the capital of Italy?');
    await page.press('#prompt', 'Enter');
    await page.locator('.note').nth(2).waitFor({ timeout: 60_000 });
    expect(await page.locator('.assistant').nth(2).innerText()).toContain('Rome');
    expect(await page.locator('.note').nth(2).innerText()).toMatch(/; [1-9]\d+ of \d+ prompt tokens were in the cache$/);
    expect(await answer.innerText()).toBe(stopped);
    await page.screenshot({ path: join(reports, 'browser-example-stopped.png') });
  });

  it('asks no other machine for anything, and has nothing to complain about', () => {
    expect(requested.map(({ url }) => new URL(url)).filter(({ hostname, protocol }) => hostname !== '127.0.0.1' && protocol.startsWith('http'))).toEqual([]);
    expect(problems).toEqual([]);
  });
});
