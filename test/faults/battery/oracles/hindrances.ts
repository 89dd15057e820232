import type { Evidence } from '../evidence.js';
import { groupBy, instant } from './finding.js';

/** A time in which a process could not look at its leases, or not in time. */
export interface Hindrance {
  readonly instance: string;
  readonly why: 'stalled' | 'process stopped' | 'slow clock';
  readonly from: number;
  readonly to: number;
}

/**
 * That a process runs again is noticed by one timer, and what its leases came to by another one, in
 * the same pass of the event loop.
 */
const NOTICE_MS = 20;

/** Between two hindrances a process may seem to run for this: less is not noted of a stall. */
const UNNOTED_MS = 50;

/** A process that runs for less than this between two hindrances has hardly run. */
const HARDLY_RUN_MS = 200;

/** One that runs again has noticed by then what its leases came to. */
const AGAIN_MS = 250;

/**
 * Stalls that the battery did not cause, so those that have no witness but the process itself. Most
 * are the machine's; those of a library that blocks the loop would be among them.
 */
export function ownStalls({ injected, journal }: Pick<Evidence, 'injected' | 'journal'>): number[] {
  const lines = journal.filter((line) => line.what === 'stalled');
  // Of one stall the last line tells all.
  const stalls = new Map(lines.map((line) => [`${line.instance} ${line.since}`, line]));
  return [...stalls.values()]
    .filter(
      ({ at, instance, since }) =>
        !injected.some(
          (fault) =>
            fault.hinders && fault.instance === instance && fault.from < at && fault.to > since,
        ),
    )
    .map(({ at, since }) => at - since);
}

/** What kept each process from noticing that a lease ends. */
export class Hindrances {
  readonly #byInstance: ReadonlyMap<string, readonly Hindrance[]>;

  constructor({ injected, journal, lives }: Evidence) {
    const all: Hindrance[] = [];
    for (const line of journal) {
      if (line.what !== 'stalled') continue;
      const { at, instance, since } = line;
      all.push({ instance, why: 'stalled', from: since, to: at });
    }
    for (const { from, hinders, instance, to } of injected) {
      if (instance === undefined || !hinders) continue;
      all.push({ instance, why: 'process stopped', from, to });
    }
    for (const { diedAt = Infinity, instance, speed } of lives) {
      if (speed < 1) all.push({ instance, why: 'slow clock', from: 0, to: diedAt });
    }
    this.#byInstance = groupBy(all, ({ instance }) => instance);
  }

  /** What kept a process from running all the time from one instant to another, if anything did. */
  throughout(instance: string, from: number, to: number): Hindrance | undefined {
    const first = this.#at(instance, from + NOTICE_MS);
    const isAll = this.#end(instance, from + NOTICE_MS, UNNOTED_MS) >= to - NOTICE_MS;
    return isAll ? first : undefined;
  }

  /** When a process that is kept from running at this instant has to have noticed. */
  noticeAt(instance: string, at: number): number {
    return this.#end(instance, at, HARDLY_RUN_MS) + AGAIN_MS;
  }

  /** What of it is known from one instant to another, for who has to find out what went wrong. */
  describe(instance: string, from: number, to: number): string {
    const known = (this.#byInstance.get(instance) ?? []).filter(
      (hindrance) => hindrance.from <= to && hindrance.to >= from,
    );
    return known
      .sort((a, b) => a.from - b.from)
      .map((hindrance) => `${hindrance.why} ${instant(hindrance.from)} to ${instant(hindrance.to)}`)
      .join(', ');
  }

  /** Until when it is kept from running, where it runs for less than `gapMs` in between. */
  #end(instance: string, at: number, gapMs: number): number {
    const hindrances = this.#byInstance.get(instance) ?? [];
    let endAt = at;
    for (;;) {
      const limit = endAt + gapMs;
      const ends = hindrances.filter(({ from, to }) => from <= limit && to > endAt);
      if (ends.length === 0) return endAt;
      endAt = Math.max(...ends.map(({ to }) => to));
    }
  }

  /** What kept it from running at this very instant, the most telling first. */
  #at(instance: string, at: number): Hindrance | undefined {
    const then = (this.#byInstance.get(instance) ?? []).filter(
      ({ from, to }) => from <= at && at <= to + NOTICE_MS,
    );
    return (
      then.find(({ why }) => why === 'process stopped') ??
      then.find(({ why }) => why === 'stalled') ??
      then[0]
    );
  }
}
