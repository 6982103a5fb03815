import { expect, it } from 'vitest';
import { commandArguments } from '../../scripts/setup/command-arguments.mjs';

it.each([
  [[], ['chat', '--model', 'smollm2']],
  [['What?'], ['run', 'What?', '--model', 'smollm2']],
  [['What?', '--backend', 'mlx', '--stats'], ['run', 'What?', '--backend', 'mlx', '--stats', '--model', 'smollm2']],
  [['--backend', 'mlx'], ['chat', '--backend', 'mlx', '--model', 'smollm2']],
  [['What?', '--model', 'qwen3'], ['run', 'What?', '--model', 'qwen3']],
  [['--backend', 'fallback', 'What?'], ['run', '--backend', 'fallback', 'What?', '--model', 'smollm2']],
  [['--stats', 'What?'], ['run', '--stats', 'What?', '--model', 'smollm2']],
  [['--', '-5 plus 3?'], ['run', '--model', 'smollm2', '--', '-5 plus 3?']],
  [['-m', 'qwen3'], ['chat', '-m', 'qwen3']],
  [['--model=qwen3'], ['chat', '--model=qwen3']],
  [['--help'], ['--help']],
])('npm start -- %j', (args, expected) => {
  expect(commandArguments(args)).toEqual(expected);
});
