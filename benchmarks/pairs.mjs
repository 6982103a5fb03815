#!/usr/bin/env node
// The MLX backend and mlx-lm in turn on the same model and prompts, each in a fresh process; prints medians and the ratios of neighbours with
// their spread. How to run it: README.md beside this file.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const own = { runs: { type: 'string', default: '7' }, python: { type: 'string', default: 'python3' }, json: { type: 'boolean', default: false } };
const passed = ['model', 'size', 'device', 'dtype', 'lengths', 'batches', 'tokens'];
const { values } = parseArgs({ options: { ...own, ...Object.fromEntries(passed.map((name) => [name, { type: 'string' }])) } });
const options = passed.filter((name) => values[name] !== undefined).map((name) => `--${name}=${values[name]}`);
const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

function measure(program, script) {
  const output = execFileSync(program, [beside(script), ...options], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(output.trim().split('\n').at(-1));
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const ours = [];
const theirs = [];
for (let run = 0; run < Number(values.runs); run += 1) {
  // Whoever comes first may find the machine in another state.
  const sides = [() => ours.push(measure(process.execPath, 'measure.mjs')), () => theirs.push(measure(values.python, 'measure_mlx_lm.py'))];
  for (const side of run % 2 === 0 ? sides : sides.reverse()) side();
  process.stderr.write(`pair ${run + 1} of ${values.runs}\n`);
}
const rows = Object.keys(ours[0]).map((metric) => {
  const ratios = ours.map((one, index) => one[metric] / theirs[index][metric]);
  return { metric, mlxengine: median(ours.map((one) => one[metric])), mlxLm: median(theirs.map((one) => one[metric])), ratio: median(ratios), ratioMin: Math.min(...ratios), ratioMax: Math.max(...ratios) };
});
if (values.json) {
  process.stdout.write(`${JSON.stringify({ options, runs: ours.length, rows })}\n`);
} else {
  const round = (number) => (number >= 1e6 ? `${(number / 1e6).toFixed(0)} million` : number >= 100 ? number.toFixed(0) : number.toFixed(2));
  process.stdout.write('| | mlxengine | mlx-lm | ratio | min–max |\n| --- | --- | --- | --- | --- |\n');
  for (const row of rows) {
    process.stdout.write(`| ${row.metric} | ${round(row.mlxengine)} | ${round(row.mlxLm)} | ${row.ratio.toFixed(2)} | ${row.ratioMin.toFixed(2)}–${row.ratioMax.toFixed(2)} |\n`);
  }
}
