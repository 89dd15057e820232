import type { Evidence, Injected, Life } from '../evidence.js';
import {
  type Finding,
  grantKey,
  greatest,
  groupBy,
  instant,
  median,
  ROUNDING_MS,
  ttlMsOf,
} from './finding.js';
import { leaseTerms, type LeaseTerm } from './lease-terms.js';

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
 * Takeovers count from the death to the next grant. They are judged where others ask for the name,
 * and the battery had not taken the database, or the row, away in between. What nobody was granted
 * by then was not to be had: that is a violation, unless the evidence ends earlier.
 */
export function judgeTakeovers(evidence: Evidence): Finding<Figure> {
  const violations: string[] = [];
  const left: number[] = [];
  const takeovers: number[] = [];
  let deaths = 0;
  let inFlight = 0;
  let judged = 0;
  const held = heldTerms(evidence);
  const outages = evidence.injected.filter(({ on }) => on === 'database');
  const rowLocks = groupBy(evidence.rowLocks, ({ name }) => name);
  const lastAskedAt = lastAsked(evidence);
  for (const life of evidence.lives) {
    if (life.how !== 'SIGKILL' || life.diedAt === undefined) continue;
    deaths += 1;
    const { diedAt } = life;
    for (const { term, next } of held.get(life.instance) ?? []) {
      if (term.grantedAt > diedAt || term.end.at <= diedAt) continue;
      // Not left to its ttl: it was taken from the dead, or a release was on its way.
      if (term.end.how !== 'expired' && term.end.how !== 'superseded') continue;
      left.push(term.lockedUntil - diedAt);
      const ttlMs = ttlMsOf(evidence, term.name);
      const reason = tooLongFor(term, diedAt, ttlMs);
      if (term.lockedUntil > diedAt + ttlMs + ROUNDING_MS) inFlight += 1;
      if (reason) violations.push(sentence(life, term, reason));
      const slackMs = slackOf(term.name);
      if (slackMs === undefined || next?.instance === life.instance) continue;
      const dueAt = term.lockedUntil + slackMs;
      const nextAt = next?.grantedAt ?? Infinity;
      if (!next && lastAskedAt < dueAt) continue;
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

/**
 * How long after a lease has ended somebody has the name again, on a busy machine. Each instance
 * fires each cron each second; jobs are called by chance, and on a slow disk a free one has waited
 * for four seconds. `undefined`: nobody has to ask for it.
 */
function slackOf(name: string): number | undefined {
  if (name.startsWith('batch:') || name.startsWith('race:')) return undefined;
  return name.startsWith('cron:') ? 3000 : 20_000;
}

/** By what bodies and callers noted, and not by what was granted: that it is not is to be found. */
function lastAsked({ journal }: Evidence): number {
  return greatest(
    journal.filter(({ what }) => what === 'started' || what === 'told').map(({ at }) => at),
  );
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

function isWithin(
  { from, to }: Pick<Injected, 'from' | 'to'>,
  sinceAt: number,
  untilAt: number,
): boolean {
  return from < untilAt && to > sinceAt;
}
