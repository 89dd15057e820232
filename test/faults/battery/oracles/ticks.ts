import type { Evidence } from '../evidence.js';
import { type Finding, grantKey, increment, instant, ROUNDING_MS } from './finding.js';
import { histories, stepOf } from './history.js';

type Figure = 'ticks' | 'starts' | 'forgotten';

/** The crons of the battery fire with each second: so their ticks are whole ones, and one a second. */
const PERIOD_MS = 1000;
/**
 * By how much a clock may be ahead of the database's, so that its ticks still count: as the library
 * promises, the greater of one second and half a period.
 */
const GREATEST_SKEW_MS = 1000;

/**
 * P5: at most one start per (name, tick). Judged are the names of crons, whose grants each carry a
 * tick: by the table's history, which also has the grants that nobody came to know of.
 *
 * How a tick is labelled is the library's own word. So the label is held against what a fire can be,
 * and the grants are counted against the seconds that have passed by the database's clock.
 *
 * That count is coarse: the clock that took the first tick may be late by what is let pass, and the
 * one that took the last may be ahead by it, so two fires more than the seconds between them are let
 * pass for each name. What is exact is that no tick is taken twice, and that each is a whole second;
 * by the count only a library is caught that makes up labels, and goes on with it.
 *
 * A table that is dropped takes its ticks with it. What started anew after that is counted.
 */
export function judgeTicks(evidence: Evidence): Finding<Figure> {
  const violations: string[] = [];
  const { called, calls, crons, starts } = startsOf(evidence);
  let ticks = 0;
  let forgotten = 0;
  for (const [name, history] of histories(evidence.changes)) {
    if (!crons.has(name)) continue;
    const everTaken = new Set<number>();
    let taken = new Set<number>();
    const grantedAt: number[] = [];
    for (const change of history) {
      const step = stepOf(change);
      if (step.kind === 'dropped') taken = new Set();
      if (step.kind !== 'grant') continue;
      const { fence, lastTick: tick } = step.after;
      const key = grantKey({ name, fence });
      // A call has no tick of its own, and keeps the one that it finds. What has no body in a name
      // that is called as well may have been one.
      if (calls.has(key) || (called.has(name) && !starts.has(key))) continue;
      if (tick === null) {
        violations.push(`${key} was granted to a cron without a tick.`);
        continue;
      }
      const wrong = wrongLabel(tick, change.at);
      if (wrong) violations.push(`${key} at ${instant(change.at)} got the tick ${tick}, ${wrong}.`);
      if (taken.has(tick)) violations.push(`${key} got the tick ${tick} once more.`);
      else if (everTaken.has(tick)) forgotten += 1;
      else grantedAt.push(change.at);
      const lastTick = step.before?.lastTick ?? -Infinity;
      if (tick < lastTick) {
        violations.push(`${key} got the tick ${tick}, which is before ${lastTick}.`);
      }
      taken.add(tick);
      everTaken.add(tick);
      ticks += 1;
    }
    const most = mostTicks(grantedAt);
    if (grantedAt.length > most) {
      violations.push(`'${name}' got ${grantedAt.length} ticks in the time of ${most} fires.`);
    }
  }
  for (const [key, count] of starts) {
    if (count > 1) violations.push(`${count} bodies started under one grant, ${key}.`);
  }
  return { judged: ticks, violations, figures: { ticks, starts: starts.size, forgotten } };
}

function wrongLabel(tick: number, seenAt: number): string | undefined {
  if (tick % PERIOD_MS !== 0) return 'which is no whole second';
  if (tick > seenAt + GREATEST_SKEW_MS + ROUNDING_MS) return 'which is too far ahead';
  return undefined;
}

/** The first may have been granted by a clock that was late, and the last by one that was ahead. */
function mostTicks(grantedAt: readonly number[]): number {
  const spanMs = (grantedAt.at(-1) ?? 0) - (grantedAt[0] ?? 0) + 2 * GREATEST_SKEW_MS;
  return Math.floor(spanMs / PERIOD_MS) + 1;
}

function startsOf({ journal }: Evidence): {
  called: Set<string>;
  calls: Set<string>;
  crons: Set<string>;
  starts: Map<string, number>;
} {
  const called = new Set<string>();
  const crons = new Set<string>();
  const calls = new Set<string>();
  const starts = new Map<string, number>();
  for (const line of journal) {
    if (line.what !== 'started') continue;
    const key = grantKey(line);
    increment(starts, key);
    (line.cron ? crons : called).add(line.name);
    if (!line.cron) calls.add(key);
  }
  return { called, calls, crons, starts };
}
