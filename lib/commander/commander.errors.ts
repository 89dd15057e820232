import { MarathonError } from '../core/errors.js';

/** A command's own `run` took the place of ours, so it would run without the lock. */
export class CommandOverrideError extends MarathonError {
  readonly code = 'MARATHON_COMMAND_OVERRIDE';

  constructor(command: string) {
    super(
      `${command} overrides run(), which takes the lock, so it would run without one. Rename it to ` +
        `runTask: SingleRunnerCommand calls that while it holds the lock.`,
    );
  }
}

/** The process was told to end: the reason of a command's aborted signal. */
export class CommandStoppedError extends MarathonError {
  readonly code = 'MARATHON_COMMAND_STOPPED';
  /** What the process was told: `'SIGINT'` (as by Ctrl-C) or `'SIGTERM'`. */
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(
      `The process was told to end (${signal}), so the command is asked to stop. Its lock is given ` +
        `back once it has.`,
    );
    this.signal = signal;
  }
}
