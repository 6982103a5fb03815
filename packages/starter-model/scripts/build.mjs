// Builds the checkpoint into ./checkpoint: `node scripts/build.mjs`, after this package and those below are built.
import process from 'node:process';
import { MLXEngineError } from '@mlxengine/core';
import { createDownloader } from '@mlxengine/downloader';
import { buildStarterModel } from '../dist/build/index.js';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, () => stop.abort(new Error(name)));

const started = performance.now();
try {
  const outcome = await buildStarterModel({
    download: (id, options) => createDownloader().download(id, options),
    report: (line) => process.stdout.write(`${line}\n`),
    signal: stop.signal,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(outcome === 'built' ? `The starter model is ready (${seconds} s)\n` : 'The starter model is up to date\n');
} catch (error) {
  if (!MLXEngineError.isInstance(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
