import type { Change, Evidence, Injected, Life } from '../evidence.js';
import {
  type Finding,
  grantKey,
  greatest,
  groupBy,
  instant,
  least,
  median,
  ROUNDING_MS,
  ttlMsOf,
} from './finding.js';
import { leaseTerms, type LeaseTerm } from './lease-terms.js';
import { isFailure, type Told } from './told.js';

/**
 * Crons fire each second on all instances, by clocks that may show the same second up to one second
 * apart; and the machine is busy.
 */
const MOMENT_MS = 2000;
/** One statement waits so long for a row that is locked, and the names of its batch with it. */
const BATCH_MS = 2500;
/** So long nobody writes anything if nobody can: else there are dozens of changes a second. */
const STILL_MS = 500;

type Time = Pick<Injected, 'from' | 'to'>;

type Figure =
  | 'deaths'
  | 'left'
  | 'inFlight'
  | 'longestLeftMs'
  | 'takeovers'
  | 'excluded'
  | 'slowestMs'
  | 'medianMs';

/**
 * P4: after a silent death another instance can take over within ttl.
 *
 * What a death leaves behind must end at most one ttl later. A renewal that was on its way to the
 * database can still be carried out: at most one ttl after the death, since it cannot revive what has
 * expired, and it counts from then. Those are counted as in flight, and end within two.
 *
 * Takeovers count from the death to the next grant. It is due a moment after somebody asks for the
 * name, and one statement later where another row was locked meanwhile, if the battery had not taken
 * the database, or the row, away in between. What nobody was granted by then was not to be had: that is
 * a violation, unless the evidence ends earlier. (That nobody at all is refused a free name is judged
 * by the refusals.)
 */
export function judgeTakeovers(evidence: Evidence): Finding<Figure> {
  const violations: string[] = [];
  const left: number[] = [];
  const takeovers: number[] = [];
  let deaths = 0;
  let inFlight = 0;
  let judged = 0;
  const terms = heldTerms(evidence);
  const outages: Time[] = evidence.injected.filter(({ on }) => on === 'database');
  // A database that knows no deadlocks has one lock for all.
  if (evidence.deadlocks === undefined) outages.push(...stills(evidence.changes));
  const rowLocks = groupBy(evidence.rowLocks, ({ name }) => name);
  const asking = new Asking(evidence);
  for (const life of evidence.lives) {
    if (life.how !== 'SIGKILL' || life.diedAt === undefined) continue;
    deaths += 1;
    const { diedAt } = life;
    for (const { term, next } of terms.get(life.instance) ?? []) {
      if (term.grantedAt > diedAt || term.end.at <= diedAt) continue;
      // Not left to its ttl: it was taken from the dead, or a release was on its way.
      if (term.end.how !== 'expired' && term.end.how !== 'superseded') continue;
      left.push(term.lockedUntil - diedAt);
      const ttlMs = ttlMsOf(evidence, term.name);
      const reason = tooLongFor(term, diedAt, ttlMs);
      if (term.lockedUntil > diedAt + ttlMs + ROUNDING_MS) inFlight += 1;
      if (reason) violations.push(sentence(life, term, reason));
      const askedAt = asking.since(term.name, term.lockedUntil);
      if (askedAt === undefined || next?.instance === life.instance) continue;
      const momentAt = askedAt + MOMENT_MS;
      const held = evidence.rowLocks.some((lock) => isWithin(lock, askedAt, momentAt));
      const dueAt = held ? momentAt + BATCH_MS : momentAt;
      const nextAt = next?.grantedAt ?? Infinity;
      if (!next && asking.lastAt < dueAt) continue;
      const obstacles = [...outages, ...(rowLocks.get(term.name) ?? [])];
      const untilAt = Math.min(nextAt, dueAt);
      if (obstacles.some((obstacle) => isWithin(obstacle, diedAt, untilAt))) continue;
      if (next) takeovers.push(nextAt - diedAt);
      judged += 1;
      if (nextAt > dueAt) violations.push(notTaken(life, term, nextAt));
    }
  }
  const figures = {
    deaths,
    left: left.length,
    inFlight,
    longestLeftMs: greatest(left),
    takeovers: takeovers.length,
    excluded: left.length - judged,
    slowestMs: greatest(takeovers),
    medianMs: median(takeovers),
  };
  return { judged, violations, figures };
}

function tooLongFor(term: LeaseTerm, diedAt: number, ttlMs: number): string | undefined {
  const leftMs = term.lockedUntil - diedAt;
  if (leftMs <= ttlMs + ROUNDING_MS) return undefined;
  const last = term.extensions.at(-1);
  if (!last || last.seenAt < diedAt) return 'and nothing was on its way';
  if (leftMs > 2 * ttlMs + ROUNDING_MS) return 'more than any renewal on its way could give it';
  return undefined;
}

function sentence({ instance, diedAt = 0 }: Life, term: LeaseTerm, reason: string): string {
  return (
    `${instance} died at ${instant(diedAt)} and left ${grantKey(term)} taken until ` +
    `${instant(term.lockedUntil)}, ${term.lockedUntil - diedAt} ms later, ${reason}.`
  );
}

function notTaken({ instance, diedAt = 0 }: Life, term: LeaseTerm, nextAt: number): string {
  const next = Number.isFinite(nextAt) ? `not before ${instant(nextAt)}` : 'not at all';
  return (
    `${instance} died at ${instant(diedAt)} and left ${grantKey(term)} taken until ` +
    `${instant(term.lockedUntil)}, and the name was granted again ${next}.`
  );
}

/** The grants of each instance, each with the one that came after it. */
function heldTerms(evidence: Evidence): Map<string, { term: LeaseTerm; next?: LeaseTerm }[]> {
  const held = [...leaseTerms(evidence).values()].flatMap((terms) =>
    terms.map((term, index) => {
      const next = terms[index + 1];
      return next ? { term, next } : { term };
    }),
  );
  return groupBy(held, ({ term }) => term.instance ?? '');
}

/**
 * Where there is one lock for all, one who is stopped in a transaction, or commits slowly, keeps all
 * others from writing. It shows as a time without any change.
 */
function stills(changes: readonly Change[]): Time[] {
  return changes
    .map(({ at }, index) => ({ from: at, to: changes[index + 1]?.at ?? at }))
    .filter(({ from, to }) => to - from > STILL_MS);
}

function isWithin({ from, to }: Time, sinceAt: number, untilAt: number): boolean {
  return from < untilAt && to > sinceAt;
}

/** When somebody asks for a name whom nothing keeps from having it. */
class Asking {
  /** By what bodies and callers noted, and not by what was granted: that it is not is to be found. */
  readonly lastAt: number;
  readonly #answered: ReadonlyMap<string, readonly Told[]>;

  constructor({ injected, journal }: Evidence) {
    this.lastAt = greatest(
      journal.filter(({ what }) => what === 'started' || what === 'told').map(({ at }) => at),
    );
    const troubles = groupBy(injected, ({ instance }) => instance ?? '');
    const answered = journal
      .filter((line) => line.what === 'told')
      .filter((line) => !isFailure(line))
      .filter(({ instance, since }) =>
        (troubles.get(instance) ?? []).every((it) => !isWithin(it, since, since + MOMENT_MS)),
      );
    this.#answered = groupBy(answered, ({ name }) => name);
  }

  /** All instances ask for a cron in each second, whether they note it or not. */
  since(name: string, at: number): number | undefined {
    if (name.startsWith('cron:')) return at;
    const calls = (this.#answered.get(name) ?? []).filter(({ since }) => since >= at);
    return calls.length > 0 ? least(calls.map(({ since }) => since)) : undefined;
  }
}
