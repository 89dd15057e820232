import { MarathonError } from '../core/errors.js';

/** One scheduled time of a cron, which is what the instances of an application agree about. */
export interface Tick {
  /** The nominal fire time, in epoch milliseconds. */
  readonly at: number;
  /**
   * Milliseconds to the next nominal fire by the clock on the wall, so that a daily cron has 24
   * hours on every day; `Infinity` if there is none, as for a `Date`.
   */
  readonly periodMs: number;
}

/** What is used of the class `CronTime` of the package `cron`, which is no dependency of ours. */
export interface CronSchedule {
  /** The expression, or the only time. */
  readonly source: string | CronDate;
  readonly timeZone?: string | undefined;
  /** In minutes, in place of a zone. */
  readonly utcOffset?: number | undefined;
  getNextDateFrom(start: Date, timeZone: string): CronDate;
}

/** What is used of luxon's `DateTime`. */
interface CronDate {
  toMillis(): number;
  setZone(timeZone?: string): { readonly zone: Zone };
}

interface Zone {
  /** Minutes from UTC in force at an instant. */
  offset(at: number): number;
}

/** A cron fired, and its schedule did not tell for which of its times. The body did not run. */
export class CronTickError extends MarathonError {
  readonly code = 'MARATHON_NO_TICK';

  constructor(schedule: CronSchedule, cause: unknown) {
    super(
      `The cron ${JSON.stringify(schedule.source)} fired, but not for any of its times that could ` +
        `be found. The method did not run, because every instance might have run it. Check the ` +
        `expression, or set oncePerTick: false to rely on the lock alone.`,
      { cause },
    );
  }
}

/** A tick, and until when it stays the latest one. */
interface TickWindow {
  readonly tick: Tick;
  readonly untilAt: number;
}

const SECOND_MS = 1000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;
/**
 * Past the round trip of a fire's own statement. A timer, because an unreferenced `setImmediate`
 * waits for the next event, and in an idle process that is the next fire.
 */
const LOOK_AHEAD_DELAY_MS = 20;

/** By schedule and not by job: `setTime` gives a job another one. */
const timetables = new WeakMap<CronSchedule, Timetable>();

/**
 * The latest scheduled time not after `nowAt`. It depends on the schedule and on `nowAt` only, so
 * instances agree on it whatever each has asked before.
 *
 * Where the times cannot be told this throws, rather than answer that there is no tick: without one
 * each instance would run in turn, and what is promised is at most one start per tick.
 *
 * @throws {CronTickError}
 */
export function tickOf(schedule: CronSchedule, nowAt: number): Tick {
  const { source } = schedule;
  if (typeof source !== 'string') return { at: source.toMillis(), periodMs: Infinity };
  try {
    let timetable = timetables.get(schedule);
    if (!timetable) timetables.set(schedule, (timetable = new Timetable(schedule)));
    return timetable.latestTick(nowAt);
  } catch (cause) {
    throw new CronTickError(schedule, cause);
  }
}

/**
 * The scheduled times of one cron expression, found by asking `cron` for the next one.
 *
 * It is asked in UTC with the time on the wall in place of the instant, and the clock changes are
 * done here. Asked in a zone, it resolves an hour that occurs twice by the offset in force *now*,
 * so the answer about one and the same hour depends on when the question was put.
 *
 * The times are: each instant at which the wall shows a match (in a repeated hour, both), and the
 * instant of a clock change that skips a match. Around a clock change a running `cron` fires some
 * of them twice, once up to an hour early: the early fire has the tick before, so the method runs at
 * the right time, and once.
 */
class Timetable {
  private readonly zone: Zone;
  /** The window of the latest answer, and once it is computed, the one after. */
  private windows: readonly TickWindow[] = [];

  constructor(private readonly schedule: CronSchedule) {
    const { timeZone, utcOffset } = schedule;
    this.zone =
      utcOffset === undefined
        ? schedule.getNextDateFrom(new Date(), 'UTC').setZone(timeZone).zone
        : { offset: () => utcOffset };
  }

  latestTick(nowAt: number): Tick {
    const known = this.windows.find(({ tick, untilAt }) => tick.at <= nowAt && nowAt < untilAt);
    const nowSecondAt = Math.floor(nowAt / SECOND_MS) * SECOND_MS;
    const window = known ?? this.windowFrom(this.latestFire(nowSecondAt));
    if (window !== this.windows[0]) {
      this.windows = [window];
      setTimeout(() => this.lookAhead(window), LOOK_AHEAD_DELAY_MS).unref();
    }
    return window.tick;
  }

  /** Computes the next window while nobody waits for it, since that can take milliseconds. */
  private lookAhead(window: TickWindow): void {
    const nextAt = window.tick.at + window.tick.periodMs;
    if (window !== this.windows[0] || window.untilAt !== nextAt) return;
    try {
      this.windows = [window, this.windowFrom(nextAt)];
    } catch {
      // The fire that needs this window computes it again, and reports the error.
    }
  }

  /** The window is empty, so never used, if the clocks change in it: the wall can show a match. */
  private windowFrom(at: number): TickWindow {
    const offsetMs = this.offsetAt(at);
    const periodMs = this.matchAfter(at + offsetMs) - (at + offsetMs);
    const untilAt = at + Math.min(periodMs, DAY_MS);
    const isSteady = this.offsetAt(untilAt) === offsetMs;
    return { tick: { at, periodMs }, untilAt: isSteady ? untilAt : at };
  }

  private latestFire(nowAt: number): number {
    const offsetMs = this.offsetAt(nowAt);
    const fireAt = this.instantOf(this.latestMatch(nowAt + offsetMs), nowAt);
    if (this.offsetAt(nowAt - DAY_MS) === offsetMs) return fireAt;
    // While an hour is repeated, the first pass has shown times that are later on the wall.
    const changeAt = this.changeBetween(nowAt - DAY_MS, nowAt);
    return fireAt >= changeAt ? fireAt : this.latestFire(changeAt - SECOND_MS);
  }

  /** The latest instant, not after `nowAt`, at which the wall showed (or skipped) a time. */
  private instantOf(wallAt: number, nowAt: number): number {
    // No offset reaches a day, so the offsets on both sides of the instant are among these.
    const [fromAt, toAt] = [wallAt - DAY_MS, wallAt + DAY_MS];
    for (const offsetMs of [this.offsetAt(toAt), this.offsetAt(fromAt)]) {
      const at = wallAt - offsetMs;
      if (at <= nowAt && this.offsetAt(at) === offsetMs) return at;
    }
    return this.changeBetween(fromAt, toAt);
  }

  /** The instant within a day or two at which the clocks change. */
  private changeBetween(fromAt: number, toAt: number): number {
    const offsetMs = this.offsetAt(toAt);
    while (toAt - fromAt > SECOND_MS) {
      const middleAt = middleSecond(fromAt, toAt);
      if (this.offsetAt(middleAt) === offsetMs) toAt = middleAt;
      else fromAt = middleAt;
    }
    return toAt;
  }

  /** The zone's offset from UTC in force at an instant. */
  private offsetAt(at: number): number {
    return this.zone.offset(at) * 60 * SECOND_MS;
  }

  /**
   * The latest match not after a time on the wall. There are only questions about the next match,
   * and there can be thousands in between (a burst cron) or none for years: it looks back four
   * times as far each time, then asks by turns for the next one and for the one after the middle.
   */
  private latestMatch(wallAt: number): number {
    // Never a match after `toAt` and not after `wallAt`.
    let toAt = wallAt;
    let backMs = SECOND_MS;
    let matchAt = this.matchAfter(wallAt - backMs);
    while (matchAt > wallAt) {
      toAt = wallAt - backMs;
      backMs *= 4;
      matchAt = this.matchAfter(wallAt - backMs);
    }
    for (let isTurnOfNext = true; matchAt < toAt; isTurnOfNext = !isTurnOfNext) {
      const fromAt = isTurnOfNext ? matchAt : middleSecond(matchAt, toAt);
      const nextAt = this.matchAfter(fromAt);
      if (nextAt <= wallAt) matchAt = nextAt;
      else toAt = fromAt;
    }
    return matchAt;
  }

  /** The first match after a time on the wall. It throws if there is none for eight years. */
  private matchAfter(wallAt: number): number {
    const nextAt = this.schedule.getNextDateFrom(new Date(wallAt), 'UTC').toMillis();
    if (nextAt > wallAt) return nextAt;
    throw new Error(`The time after ${wallAt} is said to be ${nextAt}.`);
  }
}

/** A whole second between two whole seconds; the first one if there is none between. */
function middleSecond(fromAt: number, toAt: number): number {
  return fromAt + Math.floor((toAt - fromAt) / 2 / SECOND_MS) * SECOND_MS;
}
