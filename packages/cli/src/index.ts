export { runCommand } from './run-command.js';
export type { CommandStreams } from './command.js';
