import { describe, expect, it } from 'vitest';
import { runMlxengine, starterCheckpoint } from './command.js';

const question = 'What is the capital of France?';
const greedy = ['--temperature', '0', '--max-tokens', '12'];

describe('mlxengine run', () => {
  it('prints the answer alone on standard output', async () => {
    const { stdout, stderr, exitCode } = await runMlxengine(['run', question, '--backend', 'fallback', ...greedy]);
    expect(stdout).toMatch(/^\S.*Paris.*\n$/s);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  it('reads the prompt from a pipe and the model from a folder, and answers the same', async () => {
    const args = ['--backend', 'fallback', ...greedy];
    const fromArguments = await runMlxengine(['run', ...args, question]);
    const fromPipe = await runMlxengine(['run', ...args, '--model', starterCheckpoint], { input: `${question}\n` });
    expect(fromPipe.stdout).toBe(fromArguments.stdout);
    expect(fromPipe.exitCode).toBe(0);
  });

  it('gives the same answer for the same seed and another for another', async () => {
    const warm = ['run', 'Tell me a story.', '--backend', 'fallback', '--temperature', '1.2', '--max-tokens', '12', '--seed'];
    const [first, again, other] = await Promise.all(['7', '7', '8'].map((seed) => runMlxengine([...warm, seed])));
    expect(again?.stdout).toBe(first?.stdout);
    expect(other?.stdout).not.toBe(first?.stdout);
  });

  it('refuses a penalty where the backend has none, and one that is no number', async () => {
    const refused = await runMlxengine(['run', question, '--backend', 'fallback', ...greedy, '--repetition-penalty', '1.2']);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain('repetitionPenalty');
    const wrong = await runMlxengine(['run', question, '--presence-penalty', 'much']);
    expect(wrong.stderr).toContain('--presence-penalty is "much", expected a number from -100 to 100.');
  });

  it('prints times, speed and memory on standard error', async () => {
    const { stdout, stderr } = await runMlxengine(['run', question, '--stats', '--backend', 'fallback', ...greedy]);
    expect(stdout).not.toContain('tokens/s');
    expect(stderr).toMatch(/load +\d+ ms\n.*first token +\d+ ms\n.*decode +[\d.]+ tokens\/s.*peak memory +\d+ MiB/s);
  });

  it('follows the instructions of --system', async () => {
    const plain = await runMlxengine(['run', 'Hello!', '--backend', 'fallback', ...greedy]);
    const pirate = await runMlxengine(['run', 'Hello!', '--backend', 'fallback', '--system', 'You are a pirate.', ...greedy]);
    expect(pirate.exitCode).toBe(0);
    expect(pirate.stdout).not.toBe(plain.stdout);
  });
});
