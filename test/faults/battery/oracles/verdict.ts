import type { Evidence } from '../evidence.js';
import { judgeFencedWrites } from './fenced-writes.js';
import { judgeFences } from './fences.js';
import { judgeGrants } from './grants.js';
import { judgeDeadlocks } from './deadlocks.js';
import { kindsOf, neverDone, type Kind } from './kinds.js';
import { judgeLosses } from './losses.js';
import { judgeNeedless } from './needless.js';
import { judgeOutcomes } from './outcomes.js';
import { judgeOverlaps } from './overlaps.js';
import { judgeProcesses } from './processes.js';
import { judgeRaces } from './races.js';
import { judgeRefusals } from './refusals.js';
import { judgeReleases } from './releases.js';
import { judgeRowLocks } from './row-locks.js';
import { judgeSignals } from './signals.js';
import { judgeTakeovers } from './takeovers.js';
import { aims } from './aims.js';
import { judgeTicks } from './ticks.js';

/** What all oracles together say of a battery. Plain values, to be written as JSON. */
export interface Verdict {
  readonly isClean: boolean;
  /** Those that were done; races are no faults. */
  readonly faults: number;
  readonly races: number;
  /** Of the faults, how many were aimed at somebody who held a name by its row. */
  readonly aimed: number;
  /** Of those, how many found it still held by that grant. */
  readonly hit: number;
  readonly faultsByKind: Readonly<Record<string, Kind>>;
  /** The kinds that were never done, of those that the battery has here. */
  readonly neverDone: readonly string[];
  readonly findings: ReturnType<typeof findingsOf>;
  /** The oracles that had nothing to judge. */
  readonly nothingToJudge: readonly string[];
  /** Each with its oracle's name before it. */
  readonly violations: readonly string[];
}

export function verdictOn(evidence: Evidence): Verdict {
  const findings = findingsOf(evidence);
  const named = Object.entries(findings);
  const violations = named.flatMap(([name, finding]) =>
    finding.violations.map((violation) => `${name}: ${violation}`),
  );
  const nothingToJudge = named.flatMap(([name, { judged }]) => (judged === 0 ? [name] : []));
  const faultsByKind = kindsOf(evidence);
  const inVain = neverDone(faultsByKind);
  const races = evidence.injected.filter(({ on }) => on === 'race').length;
  return {
    isClean: [violations, nothingToJudge, inVain].every(({ length }) => length === 0),
    faults: evidence.injected.length - races,
    races,
    ...aims(evidence),
    faultsByKind,
    neverDone: inVain,
    findings,
    nothingToJudge,
    violations,
  };
}

function findingsOf(evidence: Evidence) {
  return {
    'P1 grants': judgeGrants(evidence),
    'P2 fences': judgeFences(evidence),
    'P3 fenced writes': judgeFencedWrites(evidence),
    'P4 takeovers': judgeTakeovers(evidence),
    'P4 refusals': judgeRefusals(evidence),
    'P5 ticks': judgeTicks(evidence),
    'P6 signals': judgeSignals(evidence),
    overlaps: judgeOverlaps(evidence),
    outcomes: judgeOutcomes(evidence),
    losses: judgeLosses(evidence),
    'needless losses': judgeNeedless(evidence),
    releases: judgeReleases(evidence),
    processes: judgeProcesses(evidence),
    races: judgeRaces(evidence),
    'row locks': judgeRowLocks(evidence),
    ...(evidence.deadlocks !== undefined && {
      deadlocks: judgeDeadlocks(evidence),
    }),
  };
}
