#!/usr/bin/env node
// Runs `mlxengine bench` and mlx-lm in turn on one checkpoint and prompt, each in a fresh process, and prints medians and
// the ratios pair by pair (machines are noisy, ratios of neighbours less so). How to run it: README.md beside this file.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    backend: { type: 'string', default: 'fallback' },
    python: { type: 'string', default: 'python3' },
    device: { type: 'string', default: 'cpu' },
    dtype: { type: 'string', default: 'float32' },
    'prompt-tokens': { type: 'string', default: '128' },
    'max-tokens': { type: 'string', default: '32' },
    runs: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
if (values.model === undefined) throw new Error('Give --model FOLDER.');

const command = fileURLToPath(new URL('../packages/mlxengine/bin/mlxengine.mjs', import.meta.url));
const peer = fileURLToPath(new URL('mlx_lm_bench.py', import.meta.url));
const text = fileURLToPath(new URL('prompt.txt', import.meta.url));
const metrics = ['loadMs', 'timeToFirstTokenMs', 'prefillTokensPerSecond', 'decodeTokensPerSecond', 'peakMemoryBytes'];

/** The same token ids for both: the tokenizer's own, by the peer's Python. */
function promptIds() {
  const code =
    'import sys\nfrom tokenizers import Tokenizer\nids = Tokenizer.from_file(sys.argv[1] + "/tokenizer.json").encode(sys.stdin.read()).ids\n' +
    'n = int(sys.argv[2])\nprint(",".join(str(ids[i % len(ids)]) for i in range(n)))';
  return execFileSync(values.python, ['-c', code, values.model, values['prompt-tokens']], { input: readFileSync(text), encoding: 'utf8' }).trim();
}

function measureOurs() {
  const args = ['bench', '--model', values.model, '--backend', values.backend, '--prompt-file', text];
  args.push('--prompt-tokens', values['prompt-tokens'], '--max-tokens', values['max-tokens'], '--json');
  return JSON.parse(execFileSync(process.execPath, [command, ...args], { encoding: 'utf8' }));
}

function measurePeer(ids) {
  const args = [peer, values.model, '--prompt-ids', ids, '--max-tokens', values['max-tokens'], '--dtype', values.dtype, '--device', values.device];
  return JSON.parse(execFileSync(values.python, args, { encoding: 'utf8' }));
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const ids = promptIds();
const ours = [];
const theirs = [];
for (let run = 0; run < Number(values.runs); run += 1) {
  ours.push(measureOurs());
  theirs.push(measurePeer(ids));
  process.stderr.write(`pair ${run + 1} of ${values.runs} done\n`);
}
const rows = metrics.map((metric) => {
  const ratios = ours.map((one, index) => one[metric] / theirs[index][metric]);
  return {
    metric,
    mlxengine: median(ours.map((one) => one[metric])),
    mlxLm: median(theirs.map((one) => one[metric])),
    ratio: median(ratios),
    ratioMin: Math.min(...ratios),
    ratioMax: Math.max(...ratios),
  };
});
if (values.json) {
  process.stdout.write(`${JSON.stringify({ backend: values.backend, runs: ours.length, rows })}\n`);
} else {
  const round = (number) => (number >= 100 ? number.toFixed(0) : number.toFixed(2));
  process.stdout.write(`| ${values.backend} | mlxengine | mlx-lm | ratio | min–max |\n| --- | --- | --- | --- | --- |\n`);
  for (const row of rows) {
    process.stdout.write(`| ${row.metric} | ${round(row.mlxengine)} | ${round(row.mlxLm)} | ${row.ratio.toFixed(2)} | ${row.ratioMin.toFixed(2)}–${row.ratioMax.toFixed(2)} |\n`);
  }
}
