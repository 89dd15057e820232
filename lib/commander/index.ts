export { CommandOverrideError, CommandStoppedError } from './commander.errors.js';
export { SingleRunnerCommand } from './single-runner.command.js';
export type { CommandLockName, CommandOptions, SealedRun } from './single-runner.types.js';
