import process from 'node:process';
import { buildStep } from './build-step.mjs';
import { nodeStep } from './node-step.mjs';
import { packagesStep } from './packages-step.mjs';
import { pnpmStep } from './pnpm-step.mjs';
import { formatDuration, startProgress } from './progress-line.mjs';
import { pythonToolsStep } from './python-tools-step.mjs';
import { SetupProblem } from './setup-problem.mjs';
import { readStamp, writeStamp } from './stamps.mjs';

// Stands in the stamp of a step that is tried again by the next start, as what stood in its way may have gone.
const undone = 'undone';
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
    const stamp = readStamp(step.name);
    const fingerprint = step.fingerprint();
    if (stamp === fingerprint && step.isPresent()) continue;
    const outcome = await runStep(step, stamp === undone);
    if (outcome === 'failed') return false;
    writeStamp(step.name, outcome === undone ? undone : fingerprint);
    if (outcome !== undone) done += 1;
  }
  if (done > 0) process.stderr.write(`Set up in ${formatDuration(performance.now() - started)}.\n`);
  return true;
}

/** A step that returns a warning is left undone, and the others go on without it. */
async function runStep(step, again) {
  const progress = startProgress(step.title);
  try {
    const warning = await step.run(progress.report, { again });
    if (warning === undefined) {
      progress.succeed();
      return 'done';
    }
    progress.leave(warning);
    return undone;
  } catch (error) {
    progress.fail();
    if (!(error instanceof SetupProblem)) throw error;
    if (error.output !== '') process.stderr.write(`\n${error.output}\n`);
    process.stderr.write(`\n${error.message}\n${error.remedy}\n`);
    return 'failed';
  }
}
