import type { Commit, Evidence, JournalLine } from '../evidence.js';
import { type Finding, grantKey, increment } from './finding.js';
import { leaseTerms, type LeaseTerm } from './lease-terms.js';

type Written = Extract<JournalLine, { what: 'fenced' | 'unfenced' }>;
type Figure =
  | 'fencedWrites'
  | 'fencedLosses'
  | 'refusedLate'
  | 'outlived'
  | 'unfencedWrites'
  | 'unfencedLost'
  | 'superseded';

/**
 * P3: a write made through the fenced transaction never commits after a newer grant. Judged are those
 * that could have: the writes that were committed once their lease had run out, or was taken, but
 * before anybody else had the name (`outlived`), and the attempts that came after a newer grant and
 * were refused. Without any of the latter nobody has tried, and there is nothing to judge.
 *
 * What is written past the fence has no such promise. It is the control: what of it was `superseded`
 * was written after a newer grant and committed, and its losses show what the fence is for.
 */
export function judgeFencedWrites(evidence: Evidence): Finding<Figure> {
  const { commits, counters, journal } = evidence;
  const terms = [...leaseTerms(evidence).values()];
  const grants = commits.filter(({ what }) => what === 'grant');
  const writes = commits.filter(({ what }) => what === 'fenced-write');
  const violations = [
    ...lateWrites(commits),
    ...withoutGrant(writes, new Set(terms.flat().map(grantKey))),
    ...unknownCommits(terms.flat(), new Set(grants.map(grantKey))),
    ...counterFaults(evidence, writes),
  ];
  const late = lateLines(journal, terms);
  const refusedLate = late.filter((line) => line.what === 'fenced' && line.outcome === 'lost');
  const outlived = outlivedLines(journal, terms.flat());
  const unfenced = counters.filter(({ kind }) => kind === 'unfenced');
  const figures = {
    fencedWrites: writes.length,
    fencedLosses: journal.filter((line) => line.what === 'fenced' && line.outcome === 'lost')
      .length,
    refusedLate: refusedLate.length,
    outlived: outlived.length,
    unfencedWrites: unfenced.reduce((sum, { writes: count }) => sum + count, 0),
    unfencedLost: unfenced.reduce((sum, { value, writes: count }) => sum + count - value, 0),
    superseded: late.filter((line) => line.what === 'unfenced' && line.outcome === 'committed')
      .length,
  };
  const judged = refusedLate.length > 0 ? refusedLate.length + outlived.length : 0;
  return { judged, violations, figures };
}

function* lateWrites(commits: readonly Commit[]): Generator<string> {
  // Of one transaction's, the writes come first: none is later than its neighbour.
  const inOrder = commits.toSorted(
    (a, b) => a.position - b.position || Number(a.what === 'grant') - Number(b.what === 'grant'),
  );
  const newest = new Map<string, Commit>();
  for (const commit of inOrder) {
    const before = newest.get(commit.name);
    const isSuperseded = before !== undefined && before.fence > commit.fence;
    if (commit.what === 'grant' && !isSuperseded) newest.set(commit.name, commit);
    if (commit.what === 'fenced-write' && isSuperseded) {
      yield (
        `A fenced write of ${grantKey(commit)} was committed at position ${commit.position}, ` +
        `after the grant with fence ${before.fence} at ${before.position}.`
      );
    }
  }
}

function withoutGrant(writes: readonly Commit[], granted: ReadonlySet<string>): string[] {
  return writes
    .filter((write) => !granted.has(grantKey(write)))
    .map((write) => `A fenced write of ${grantKey(write)}, which was never granted.`);
}

function unknownCommits(terms: readonly LeaseTerm[], committed: ReadonlySet<string>): string[] {
  return terms
    .filter((term) => !committed.has(grantKey(term)))
    .map((term) => `When ${grantKey(term)} was committed is not known, so neither what is late.`);
}

function* counterFaults({ counters }: Evidence, writes: readonly Commit[]): Generator<string> {
  const commits = new Map<string, number>();
  for (const { name } of writes) increment(commits, name);
  for (const { kind, name, value, writes: count } of counters) {
    if (kind === 'unfenced') continue;
    const known = commits.get(name) ?? 0;
    commits.delete(name);
    if (value !== count) yield `The fenced counter '${name}' shows ${value} after ${count} writes.`;
    if (known !== count)
      yield `The fenced counter '${name}' has ${count} writes of ${known} commits.`;
  }
  for (const [name, known] of commits) {
    yield `There are commits of ${known} fenced writes of '${name}', and no counter.`;
  }
}

/** Writes that were told committed when their lease was over, and had not been given back. */
function outlivedLines(journal: readonly JournalLine[], terms: readonly LeaseTerm[]): Written[] {
  const ends = new Map(
    terms
      .filter(({ end }) => end.how !== 'released')
      .map((term) => [grantKey(term), term.end.at] as const),
  );
  return journal
    .filter((line) => line.what === 'fenced' && line.outcome === 'committed')
    .filter(
      (line): line is Written =>
        'fence' in line && line.at > (ends.get(grantKey(line)) ?? Infinity),
    );
}

/** What became of writes by those whose name had been given to somebody else. */
function lateLines(journal: readonly JournalLine[], terms: readonly LeaseTerm[][]): Written[] {
  const next = new Map<string, number>();
  for (const ofName of terms) {
    for (const [index, term] of ofName.entries()) {
      next.set(grantKey(term), ofName[index + 1]?.grantedAt ?? Infinity);
    }
  }
  return journal
    .filter((line): line is Written => line.what === 'fenced' || line.what === 'unfenced')
    .filter((line) => line.at > (next.get(grantKey(line)) ?? Infinity));
}
