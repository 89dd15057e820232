import { InvalidLockNameError } from '../core/errors.js';
import type { Command } from './single-runner.types.js';

/**
 * The command as it is typed, without the program: `inventory sync` for `sync` of `inventory`. The
 * spaces keep it apart from the names of crons, such as `inventory:sync`.
 *
 * @throws {InvalidLockNameError} if there is none, as for a `@RootCommand()`
 */
export function commandName(command: Command | undefined, className: string): string {
  const names: string[] = [];
  for (let link = command; link?.parent; link = link.parent) names.unshift(link.name());
  if (names.length > 0) return names.join(' ');
  throw new InvalidLockNameError(
    `${className} is not called by a command's name, of which its lock's name could be made: give ` +
      `it the property lockName.`,
  );
}
