import { inspect } from 'node:util';
import * as msModule from 'ms';
import { InvalidOptionError } from '../core/errors.js';

// A test runner may compile this to CommonJS without `esModuleInterop`, as ts-jest does in the first
// project templates of Nest 11. There is no default then.
const ms = msModule.default ?? msModule;

/** Whole milliseconds, or a string that the package `ms` reads, such as `'90s'`, `'5m'`, `'1 day'`. */
export type Duration = number | string;

/** Reads an option's duration. Its range is for the caller to check. @throws {InvalidOptionError} */
export function durationMs(duration: Duration, option = 'ttl'): number {
  if (typeof duration === 'number') return duration;
  const read = isReadable(duration) ? ms(duration) : undefined;
  if (read !== undefined) return read;
  throw new InvalidOptionError(
    `The ${option} ${inspect(duration)} cannot be read. Give whole milliseconds, or a string such ` +
      `as '500ms', '90s', '10m' or '2h'.`,
  );
}

/** `ms` throws an error of its own for anything that is no string of 1 to 100 characters. */
function isReadable(duration: unknown): duration is msModule.StringValue {
  return typeof duration === 'string' && duration.length > 0 && duration.length <= 100;
}
