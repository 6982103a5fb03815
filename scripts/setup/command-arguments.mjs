/**
 * What `npm start -- …` means to the command: a prompt, wherever it stands among options, is answered; nothing, or options alone, is a
 * chat. Both talk to the starter model unless `--model` names another.
 *
 * @param {readonly string[]} args
 * @returns {string[]}
 */
export function commandArguments(args) {
  if (['--help', '-h', '--version'].includes(args[0] ?? '')) return [...args];
  const command = hasPrompt(args) ? 'run' : 'chat';
  const namesModel = args.some((arg) => arg === '--model' || arg === '-m' || arg.startsWith('--model='));
  const model = namesModel ? [] : ['--model', 'smollm2'];
  const end = args.indexOf('--');
  // After `--` everything is the prompt.
  return end < 0 ? [command, ...args, ...model] : [command, ...args.slice(0, end), ...model, ...args.slice(end)];
}

/** Options of `run` and `chat` whose value is an argument of its own. */
const withValue = ['--model', '-m', '--backend', '-b', '--max-tokens', '--temperature', '--seed', '--system'];

/** @param {readonly string[]} args */
function hasPrompt(args) {
  return args.some((arg, index) => {
    if (arg === '--') return index + 1 < args.length;
    return !arg.startsWith('-') && !withValue.includes(args[index - 1] ?? '');
  });
}
