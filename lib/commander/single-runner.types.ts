import type { CommandRunner } from 'nest-commander';

/** The command of the package commander that stands for a class. */
export type Command = Parameters<CommandRunner['setCommand']>[0];

/** What nest-commander read on the command line, by the names of the options. */
export type CommandOptions = NonNullable<Parameters<CommandRunner['run']>[1]>;

/**
 * A lock's name, or a function that makes it of the command line. (It is written as a method, so that
 * the options may be annotated with a type of one's own, as in `runTask`.)
 */
export type CommandLockName =
  string | { make(passedParams: string[], options: CommandOptions): string }['make'];

/** nest-commander's `run`, in a type that no other function has: a class cannot put its own in place. */
export type SealedRun = CommandRunner['run'] & {
  readonly __refused: 'run() takes the lock: rename yours to runTask';
};
