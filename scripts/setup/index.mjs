import process from 'node:process';
import { buildStep } from './build-step.mjs';
import { nodeStep } from './node-step.mjs';
import { packagesStep } from './packages-step.mjs';
import { pnpmStep } from './pnpm-step.mjs';
import { formatDuration, startProgress } from './progress-line.mjs';
import { pythonToolsStep } from './python-tools-step.mjs';
import { SetupProblem } from './setup-problem.mjs';
import { readStamp, writeStamp } from './stamps.mjs';

const steps = [nodeStep, pnpmStep, pythonToolsStep, packagesStep, buildStep];

/**
 * Brings a fresh clone to where everything runs, and does nothing where that is so already. An interrupted set-up goes on
 * with the step it was in. Everything it says goes to standard error.
 *
 * @returns {Promise<boolean>} whether everything is ready; if not, the reason and the remedy have been printed
 */
export async function setUp() {
  const started = performance.now();
  let done = 0;
  for (const step of steps) {
    const fingerprint = step.fingerprint();
    if (readStamp(step.name) === fingerprint && step.isPresent()) continue;
    if (!(await runStep(step))) return false;
    writeStamp(step.name, fingerprint);
    done += 1;
  }
  if (done > 0) process.stderr.write(`Set up in ${formatDuration(performance.now() - started)}.\n`);
  return true;
}

async function runStep(step) {
  const progress = startProgress(step.title);
  try {
    progress.succeed(await step.run(progress.report));
    return true;
  } catch (error) {
    progress.fail();
    if (!(error instanceof SetupProblem)) throw error;
    if (error.output !== '') process.stderr.write(`\n${error.output}\n`);
    process.stderr.write(`\n${error.message}\n${error.remedy}\n`);
    return false;
  }
}
