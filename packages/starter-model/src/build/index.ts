export { buildStarterModel, type BuildOptions, type BuildOutcome } from './build-starter-model.js';
export { runCommand, type CommandResult, type RunCommand } from './run-command.js';
