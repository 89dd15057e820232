import { endOf, rowsByJob, type Evidence, type JournalRow } from './evidence.js';

/** Two runs of one job that should not both have been. */
export interface Clash {
  readonly first: JournalRow;
  readonly second: JournalRow;
}

/** Runs that stand for a tick that another run stood for before. */
export function doubledTicks(evidence: Evidence): Clash[] {
  return [...rowsByJob(evidence).values()].flatMap((rows) => {
    const byTick = new Map<number, JournalRow>();
    return rows.flatMap((second) => {
      if (second.tick === null) return [];
      const first = byTick.get(second.tick);
      if (first) return [{ first, second }];
      byTick.set(second.tick, second);
      return [];
    });
  });
}

/** Runs that started while another one went on. */
export function overlaps(evidence: Evidence): Clash[] {
  return [...rowsByJob(evidence).values()].flatMap((rows) => {
    // Not only the run just before: an earlier one may last longer.
    let longest: JournalRow | undefined;
    return rows.flatMap((second) => {
      const first = longest;
      if (!first || endOf(second, evidence) > endOf(first, evidence)) longest = second;
      return first && second.startedAt < endOf(first, evidence) ? [{ first, second }] : [];
    });
  });
}
