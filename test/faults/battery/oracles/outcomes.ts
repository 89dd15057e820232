import type { Evidence, JournalLine } from '../evidence.js';
import { Bodiless, type Reason } from './bodiless.js';
import {
  type Finding,
  DATED_MS,
  grantKey,
  groupBy,
  increment,
  instant,
  ttlMsOf,
  LONGEST_ATTEMPT_MS,
} from './finding.js';
import { leaseTerms, type LeaseTerm } from './lease-terms.js';

type Figure =
  | 'started'
  | 'unknownGrants'
  | `unknown, ${Reason}`
  | 'unknownExtended'
  | 'unknownWrites'
  | 'unknownCommitted';
type Started = Extract<JournalLine, { what: 'started' }>;
type Fenced = Extract<JournalLine, { what: 'fenced' | 'unfenced' }>;

/** What the instances were told, or never learned, settled against the rows. */
export function judgeOutcomes(evidence: Evidence): Finding<Figure> {
  const terms = groupBy([...leaseTerms(evidence).values()].flat(), grantKey);
  const starts = evidence.journal.filter((line) => line.what === 'started');
  const known = new Set(starts.map(grantKey));
  const unknown = [...terms.values()].flat().filter((term) => !known.has(grantKey(term)));
  const reasons = reasonsOf(unknown, new Bodiless(evidence));
  const writes = settledWrites(evidence);
  const figures = {
    started: starts.length,
    unknownGrants: unknown.length,
    ...reasons.counts,
    unknownExtended: unknown.filter(({ extensions }) => extensions.length > 0).length,
    unknownWrites: writes.unknown,
    unknownCommitted: writes.unknownCommitted,
  };
  const violations = [
    ...starts.flatMap((start) => faultOf(start, terms.get(grantKey(start)) ?? []) ?? []),
    ...unknown.flatMap((term) => blockFaultOf(term, ttlMsOf(evidence, term.name)) ?? []),
    ...reasons.violations,
    ...writes.violations,
  ];
  return { judged: starts.length, violations, figures };
}

function faultOf(start: Started, granted: readonly LeaseTerm[]): string | undefined {
  const { at, fence, instance, name } = start;
  const whose = `A body of ${grantKey({ name, fence })} started on ${instance} at ${instant(at)}`;
  const [term, second] = granted;
  if (!term) return `${whose}, and the table never had such a grant.`;
  if (second) return `${whose}, and the table had this grant ${granted.length} times.`;
  if (term.instance !== instance) return `${whose}, and the grant was ${term.instance}'s.`;
  if (at + DATED_MS < term.seenAt) {
    return `${whose}, before its grant at ${instant(term.seenAt)}.`;
  }
  return undefined;
}

/**
 * A grant whose reply was lost may be asked for again by its own attempt, for as long as that goes
 * on. Nobody renews it: it blocks its name for one ttl from when it was asked for last.
 */
function blockFaultOf(term: LeaseTerm, ttlMs: number): string | undefined {
  const last = term.extensions.at(-1);
  const askedAt = last ? last.to - ttlMs : term.grantedAt;
  if (askedAt <= term.grantedAt + LONGEST_ATTEMPT_MS + ttlMs) return undefined;
  return (
    `${grantKey(term)}, which no body ever had, was extended at ` +
    `${instant(askedAt)}, though it had been granted at ${instant(term.grantedAt)}.`
  );
}

/** Counted by what keeps them from being violations. */
function reasonsOf(
  unknown: readonly LeaseTerm[],
  bodiless: Bodiless,
): { counts: Record<`unknown, ${Reason}`, number>; violations: string[] } {
  const counts = {
    'unknown, failed': 0,
    'unknown, died': 0,
    'unknown, disturbed': 0,
    'unknown, stalled': 0,
  };
  const violations: string[] = [];
  for (const term of unknown) {
    const reason = bodiless.reasonOf(term);
    if (reason) counts[`unknown, ${reason}`] += 1;
    else violations.push(nobodysFault(term));
  }
  return { counts, violations };
}

function nobodysFault(term: LeaseTerm): string {
  return (
    `${grantKey(term)} was granted to ${term.instance} at ${instant(term.grantedAt)} and no body ` +
    `ever had it, though no call of its failed and nothing kept the reply from it.`
  );
}

/** Writes through the lease, as they were told, against those that were committed. */
function settledWrites({ commits, journal, lives }: Evidence): {
  violations: string[];
  unknown: number;
  unknownCommitted: number;
} {
  const told = { committed: new Map<string, number>(), failed: new Map<string, number>() };
  const lines = journal.filter((line): line is Fenced => line.what === 'fenced');
  for (const line of lines) {
    if (line.outcome !== 'lost') increment(told[line.outcome], grantKey(line));
  }
  const rows = new Map<string, number>();
  for (const commit of commits) {
    if (commit.what === 'fenced-write') increment(rows, grantKey(commit));
  }
  const broken = brokenOff({ journal, lives });
  const violations: string[] = [];
  let unknownCommitted = 0;
  for (const key of new Set([...told.committed.keys(), ...rows.keys()])) {
    const committed = told.committed.get(key) ?? 0;
    const failed = told.failed.get(key) ?? 0;
    const found = rows.get(key) ?? 0;
    // Who died in the middle of a write could not tell of it any more.
    const most = committed + failed + (broken.has(key) ? 1 : 0);
    if (found < committed) {
      violations.push(
        `${committed} fenced writes of ${key} were told committed, of ${found} rows.`,
      );
    }
    if (found > most) {
      violations.push(
        `${found} fenced writes of ${key} have rows, though ${most} were told at most.`,
      );
    }
    unknownCommitted += Math.max(0, found - committed);
  }
  const unknown = lines.filter(({ outcome }) => outcome === 'failed').length;
  return { violations, unknown, unknownCommitted };
}

/** The grants whose body was broken off by the end of its process. */
function brokenOff({ journal, lives }: Pick<Evidence, 'journal' | 'lives'>): Set<string> {
  const dead = new Set(
    lives.filter(({ diedAt }) => diedAt !== undefined).map(({ instance }) => instance),
  );
  const open = new Set<string>();
  for (const line of journal) {
    if (line.what === 'started' && dead.has(line.instance)) open.add(grantKey(line));
  }
  for (const line of journal) if (line.what === 'ended') open.delete(grantKey(line));
  return open;
}
