import { InvalidOptionError } from '../core/errors.js';
import { durationMs, type Duration } from '../nest/duration.js';

/** Reads how much time is to pass. @throws {InvalidOptionError} unless it is 0 or more */
export function spanMs(what: string, duration: Duration): number {
  const ms = shiftMs(what, duration);
  if (ms >= 0) return ms;
  throw new InvalidOptionError(
    `A clock cannot ${what} ${String(duration)}: time does not run backwards. Give 0 or more; to ` +
      `set the wall clock back alone, as NTP does, there is stepWall().`,
  );
}

/** Reads a duration that may have a sign. @throws {InvalidOptionError} */
export function shiftMs(what: string, duration: Duration): number {
  const ms = durationMs(duration, `duration to ${what}`);
  if (Number.isFinite(ms)) return ms;
  throw new InvalidOptionError(
    `A clock cannot ${what} ${String(duration)}: give milliseconds, or a string such as '5m'.`,
  );
}
