import { doubledTicks, overlaps, type Clash } from './clashes.js';
import { endOf, rowsByJob, type Evidence, type JournalRow } from './evidence.js';
import { countTicks, type TickCount } from './ticks.js';

/** A run that was cut off, and the next run of its job. */
export interface Takeover {
  readonly from: JournalRow;
  /** None, if the shop closed before. */
  readonly by: JournalRow | undefined;
  /** From the end of the process until then. */
  readonly afterMs: number;
}

export interface Verdict {
  readonly runs: number;
  readonly runsByInstance: ReadonlyMap<string, number>;
  readonly ticks: TickCount;
  readonly doubledTicks: readonly Clash[];
  readonly overlaps: readonly Clash[];
  readonly takeovers: readonly Takeover[];
  /** What must not have been. */
  readonly faults: readonly string[];
}

/** The cron whose ticks and takeovers are told, and until when it was at work. */
export interface Scope {
  readonly job: string;
  readonly periodMs: number;
  readonly ttlMs: number;
  readonly closedAt: number;
}

export function judge(evidence: Evidence, scope: Scope): Verdict {
  const found = {
    runs: evidence.rows.length,
    runsByInstance: countByInstance(evidence),
    ticks: countTicks(evidence, scope),
    doubledTicks: doubledTicks(evidence),
    overlaps: overlaps(evidence),
    takeovers: takeovers(evidence, scope.job),
  };
  return { ...found, faults: faultsOf(found, evidence, scope) };
}

function faultsOf(found: Omit<Verdict, 'faults'>, evidence: Evidence, scope: Scope): string[] {
  const faults = [
    ...evidence.deserters.map((instance) => `an instance ended by itself: ${instance}`),
    ...found.doubledTicks.map((clash) => `one tick ran twice: ${told(clash)}`),
    ...found.overlaps.map((clash) => `two runs overlapped: ${told(clash)}`),
  ];
  if (found.runs === 0) faults.push('nothing ran at all');
  if (isOrphaned(found, scope)) faults.push('nobody took over after the lease had expired');
  return faults;
}

function countByInstance({ rows }: Evidence): Map<string, number> {
  const counts = new Map<string, number>();
  for (const instance of rows.map((row) => row.instance).toSorted()) {
    counts.set(instance, (counts.get(instance) ?? 0) + 1);
  }
  return counts;
}

function takeovers(evidence: Evidence, job: string): Takeover[] {
  const rows = rowsByJob(evidence).get(job) ?? [];
  return rows.flatMap((from, index) => {
    if (from.endedAt !== null) return [];
    const by = rows[index + 1];
    return [{ from, by, afterMs: (by?.startedAt ?? Infinity) - endOf(from, evidence) }];
  });
}

/** Whether a job is still waiting for a successor, long after its lease must have expired. */
function isOrphaned(
  { takeovers, ticks }: Omit<Verdict, 'faults'>,
  { periodMs, ttlMs }: Scope,
): boolean {
  const waitedMs = ticks.untilTakeover * periodMs;
  return takeovers.some(({ by }) => !by) && waitedMs > ttlMs + 2 * periodMs;
}

function told({ first, second }: Clash): string {
  return `${first.job}, by ${spanOf(first)} and by ${spanOf(second)}`;
}

function spanOf({ instance, startedAt, endedAt }: JournalRow): string {
  const end = endedAt === null ? 'its death' : timeOf(endedAt);
  return `${instance} from ${timeOf(startedAt)} to ${end}`;
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11, -1);
}
