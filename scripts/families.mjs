// node scripts/families.mjs: writes docs/families.md from what the parity tests last found (reports/families/*.json).
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { repository } from './setup/paths.mjs';

const python = process.env.MLXENGINE_PARITY_PYTHON;
if (python === undefined) throw new Error('MLXENGINE_PARITY_PYTHON, a Python that has mlx-lm, is not set.');
const { supportedArchitectures } = await import('mlxengine');
const builtInFamilies = supportedArchitectures({ aliases: false });
const backends = ['mlx', 'fallback'];
const results = Object.fromEntries(backends.map((backend) => [backend, read(backend)]));
const checkpoints = execFileSync(python, [join(repository, 'tests/parity/generate.py'), '--list'], { encoding: 'utf8' })
  .trim().split('\n').map((line) => JSON.parse(line));

const rows = checkpoints.map(({ checkpoint, description }) => {
  const [family, name] = checkpoint.split('/');
  return `| ${family} | ${name} | ${description} | ${backends.map((backend) => outcome(results[backend][checkpoint])).join(' | ')} |`;
});
const tested = new Set(checkpoints.map(({ checkpoint }) => checkpoint.split('/')[0]));
const text = `# Families and what was verified

Made by \`node scripts/families.mjs\` after \`pnpm turbo run parity --filter=@mlxengine/repository-tests\`; not to be edited by hand.

${builtInFamilies.length} families come along: ${builtInFamilies.map((family) => `\`${family}\``).join(', ')}.

Each row is a tiny checkpoint with random weights whose logits (of an encoder: vectors) were computed by mlx-lm or, where it has no
such model, by the emulation in \`tests/parity\`, in float32 on a CPU. Both backends run it in one prefill, in chunks of seven, beside a shorter
sequence, and step by step through the cache; the figures are the largest absolute differences of whole passes and of single
steps. Up to 1e-3 passes. Sequences are longer than the sliding windows.

| family | checkpoint | stored as | MLX (CPU) whole, steps | fallback whole, steps |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
writeFileSync(join(repository, 'docs', 'families.md'), text);
process.stdout.write(`docs/families.md: ${rows.length} checkpoints of ${tested.size} families\n`);

function read(backend) {
  return JSON.parse(readFileSync(join(repository, 'reports', 'families', `${backend}.json`), 'utf8'));
}

function outcome(verification) {
  if (verification === undefined) return 'not run';
  const { maxAbsError, maxAbsErrorStep, pass } = verification;
  return `${pass ? '' : 'differs: '}${maxAbsError.toExponential(1)}, ${maxAbsErrorStep.toExponential(1)}`;
}
