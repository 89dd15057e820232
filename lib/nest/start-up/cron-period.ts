import type { CronSchedule } from '../tick-label.js';

/**
 * How many fires are looked at. With an expression such as "each minute from 9 to 17" the shortest
 * gap is then among them at whatever time an application starts.
 */
const FIRES = 12;

/**
 * The shortest time between two fires of a cron, by the clock on the wall; `undefined` for a cron
 * that fires once, or does not tell its times.
 */
export function shortestPeriodMs(schedule: CronSchedule, nowAt: number): number | undefined {
  if (typeof schedule.source !== 'string') return undefined;
  try {
    let fireAt = nextFireAt(schedule, nowAt);
    let shortestMs = Infinity;
    for (let fires = 1; fires < FIRES; fires += 1) {
      const nextAt = nextFireAt(schedule, fireAt);
      shortestMs = Math.min(shortestMs, nextAt - fireAt);
      fireAt = nextAt;
    }
    return shortestMs;
  } catch {
    // Its first fire will say so.
    return undefined;
  }
}

/** Asked in UTC, as clock changes are no matter of the expression. */
function nextFireAt(schedule: CronSchedule, at: number): number {
  return schedule.getNextDateFrom(new Date(at), 'UTC').toMillis();
}
