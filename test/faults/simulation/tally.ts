import { noneOfEach, type Promised, type Violation } from './verdicts.js';
import type { Outcome } from './simulate.js';

/** How many violations are kept in words; all are counted. */
const MOST_KEPT = 20;

/** What came of many seeds. Plain data: processes send it to each other. */
export interface Tally {
  seeds: number;
  grants: number;
  calls: number;
  fencedWrites: number;
  /** Of time in which calls and faults were made. */
  virtualHours: number;
  faults: Record<string, number>;
  violations: Record<Promised, number>;
  /** How often there was something to judge. */
  judged: Record<Promised, number>;
  /** The seeds that broke something, the lowest first. */
  first: Violation[];
}

export function emptyTally(): Tally {
  return {
    ...{ seeds: 0, grants: 0, calls: 0, fencedWrites: 0, virtualHours: 0, faults: {} },
    ...{ violations: noneOfEach(), judged: noneOfEach(), first: [] },
  };
}

export function count(tally: Tally, outcome: Outcome): void {
  tally.seeds += 1;
  tally.grants += outcome.grants;
  tally.calls += outcome.calls;
  tally.fencedWrites += outcome.fencedWrites;
  tally.virtualHours += outcome.activeMs / 3_600_000;
  addUp(tally.faults, outcome.faults);
  addUp(tally.judged, outcome.judged);
  for (const violation of outcome.violations) {
    tally.violations[violation.promise] += 1;
    if (tally.first.length < MOST_KEPT) tally.first.push(violation);
  }
}

export function sum(tallies: readonly Tally[]): Tally {
  const total = emptyTally();
  for (const tally of tallies) {
    total.seeds += tally.seeds;
    total.grants += tally.grants;
    total.calls += tally.calls;
    total.fencedWrites += tally.fencedWrites;
    total.virtualHours += tally.virtualHours;
    addUp(total.faults, tally.faults);
    addUp(total.violations, tally.violations);
    addUp(total.judged, tally.judged);
    total.first.push(...tally.first);
  }
  total.first.sort((one, other) => one.seed - other.seed);
  total.first.length = Math.min(total.first.length, MOST_KEPT);
  return total;
}

export function violationsOf({ violations }: Tally): number {
  return Object.values(violations).reduce((all, some) => all + some, 0);
}

function addUp(sums: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [key, value] of Object.entries(more)) sums[key] = (sums[key] ?? 0) + value;
}
