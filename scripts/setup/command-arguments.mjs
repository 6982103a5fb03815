/**
 * What `npm start -- …` means to the command: a prompt first is answered, anything else (nothing, or options) is a chat, and
 * both talk to the starter model unless `--model` names another.
 *
 * @param {readonly string[]} args
 * @returns {string[]}
 */
export function commandArguments(args) {
  if (['--help', '-h', '--version'].includes(args[0] ?? '')) return [...args];
  const command = args.length > 0 && !args[0].startsWith('-') ? 'run' : 'chat';
  const namesModel = args.some((arg) => arg === '--model' || arg.startsWith('--model='));
  return [command, ...args, ...(namesModel ? [] : ['--model', 'smollm2'])];
}
