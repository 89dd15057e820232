import type { Change, Evidence } from '../evidence.js';
import { DATED_MS, type Finding, groupBy, instant } from './finding.js';
import { histories } from './history.js';
import { HELD, isFailure, type Told } from './told.js';
import { Troubles } from './troubles.js';

/** A release is seen by others once it is committed. */
const COMMITTED_MS = 300;
/**
 * In a trouble of whoever gives it back that can take longer: one of several leases can wait for
 * another row before that, for as long as it may wait for a lock.
 */
const COMMITTED_LATE_MS = 1500;

/** Some change left the name taken from one instant to another. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * P4, strictly: the instant at which a lease has ended its name is to be had. Who is told that the
 * name is held, by an attempt at no instant of which anybody had it, was refused a free name.
 *
 * The last answer of an attempt counts, and when that was given nobody notes: an attempt is judged as
 * a whole, but for its wait, at whose end it asks once more. What a database that goes down had shown
 * before need not be what it kept.
 *
 * Somebody must have asked after a holder had let its lease expire: a free name that nobody asks for
 * shows nothing.
 */
export function judgeRefusals(
  evidence: Evidence,
): Finding<'refusals' | 'excluded' | 'askedAfterExpiry'> {
  const outages = evidence.injected.filter(({ on }) => on === 'database');
  const told = groupBy(
    evidence.journal.filter((line) => line.what === 'told'),
    ({ name }) => name,
  );
  const names = histories(evidence.changes);
  const troubles = new Troubles(evidence);
  const oddClocks = new Set(
    evidence.lives.filter(({ speed }) => speed !== 1).map(({ instance }) => instance),
  );
  const violations: string[] = [];
  const figures = { refusals: 0, excluded: 0, askedAfterExpiry: 0 };
  for (const [name, lines] of told) {
    const history = names.get(name) ?? [];
    const taken = takenSpans(history, troubles);
    for (const line of lines) {
      if (!isFailure(line) && isAfterExpiry(history, line.since)) figures.askedAfterExpiry += 1;
      if (!isRefusal(line)) continue;
      figures.refusals += 1;
      const { at } = line;
      const since = line.since + (oddClocks.has(line.instance) ? 0 : line.waitMs);
      if (outages.some(({ from, to }) => from < at && to > since - COMMITTED_LATE_MS)) {
        figures.excluded += 1;
      } else if (!taken.some(({ from, to }) => from <= at + DATED_MS && to >= since - DATED_MS)) {
        violations.push(sentence(line, taken));
      }
    }
  }
  const judged = figures.askedAfterExpiry > 0 ? figures.refusals - figures.excluded : 0;
  return { judged, violations, figures };
}

function isRefusal({ outcome, reason }: Told): boolean {
  return outcome === 'skipped' && HELD.includes(reason);
}

/** The last that had become of the name by then was that nobody had renewed it. */
function isAfterExpiry(history: readonly Change[], at: number): boolean {
  const last = history.findLast((change) => change.at <= at)?.after;
  return last !== undefined && last.releasedAt === null && last.lockedUntil < at;
}

function takenSpans(history: readonly Change[], troubles: Troubles): Span[] {
  return history.flatMap(({ after, at }, index) => {
    if (!after) return [];
    const nextAt = history[index + 1]?.at ?? Infinity;
    const isLate = troubles.of(after.instance ?? '', at, nextAt + COMMITTED_LATE_MS);
    const seenAt = nextAt + (isLate ? COMMITTED_LATE_MS : COMMITTED_MS);
    return { from: Math.min(at, after.acquiredAt), to: Math.min(after.lockedUntil, seenAt) };
  });
}

function sentence({ at, instance, name, reason, since }: Told, taken: readonly Span[]): string {
  const ends = taken.map(({ to }) => to).filter((to) => to < since);
  return (
    `${instance} asked for '${name}' from ${instant(since)} until ${instant(at)} and was told ` +
    `'${reason}', though nobody had it after ${instant(ends.length > 0 ? Math.max(...ends) : NaN)}.`
  );
}
