import type { Evidence } from '../evidence.js';
import { bodiesOf, type Body } from './bodies.js';
import { DATED_MS, grantKey, TRUSTED_SHARE, ttlMsOf } from './finding.js';
import { Hindrances, type Hindrance } from './hindrances.js';
import { leaseTerms, type LeaseTerm } from './lease-terms.js';

type Excuse = Hindrance['why'] | 'force-released' | 'dropped';

/** How the report calls them. */
const FIGURES = {
  stalled: 'stalled',
  'process stopped': 'stopped',
  'slow clock': 'slowClock',
  'force-released': 'forceReleased',
  dropped: 'dropped',
} as const satisfies Record<Excuse, string>;

export type ExcuseFigure = (typeof FIGURES)[Excuse];

export function figureOf(excuse: Excuse): ExcuseFigure {
  return FIGURES[excuse];
}

export function noExcuses(): Record<ExcuseFigure, number> {
  return { stalled: 0, stopped: 0, slowClock: 0, forceReleased: 0, dropped: 0 };
}

/** Whether a body was told in time that its lease ends. */
type Telling =
  /** It was over before its lease was, by itself. */
  | { readonly kind: 'in-time' }
  /** Its signal fired before its lease ended, and because of that, whether it then stopped or not. */
  | { readonly kind: 'told'; readonly marginMs: number }
  /** It had fired before for another reason, such as a shutdown. */
  | { readonly kind: 'told-otherwise' }
  /** It was not, and its process could not, or its lease was taken before it should end. */
  | { readonly kind: 'excused'; readonly excuse: Excuse }
  /** Its own process gave the lease back while it ran. */
  | { readonly kind: 'released-early'; readonly at: number }
  | { readonly kind: 'untold'; readonly endedAt: number; readonly why: string }
  /** Nobody granted it a lease. */
  | { readonly kind: 'no-lease' };

export interface ToldBody {
  readonly body: Body;
  readonly telling: Telling;
}

/** In the order in which the bodies started. */
export function tellingsOf(evidence: Evidence): ToldBody[] {
  const terms = new Map(
    [...leaseTerms(evidence).values()].flat().map((term) => [grantKey(term), term]),
  );
  const hindrances = new Hindrances(evidence);
  return bodiesOf(evidence).map((body) => {
    const term = terms.get(grantKey(body));
    const telling: Telling = term
      ? tellingOf(body, term, hindrances, ttlMsOf(evidence, body.name))
      : { kind: 'no-lease' };
    return { body, telling };
  });
}

function tellingOf(
  body: Body,
  { end, lockedUntil }: LeaseTerm,
  hindrances: Hindrances,
  ttlMs: number,
): Telling {
  if (end.how === 'released') {
    // A body's last line is written before its lease is given back.
    const isEarly = body.endedAt > end.at + DATED_MS;
    return isEarly ? { kind: 'released-early', at: end.at } : { kind: 'in-time' };
  }
  const isTaken = end.how === 'force-released' || end.how === 'dropped';
  if (body.endedAt <= end.at && (isTaken || body.abortedAt === undefined)) {
    return { kind: 'in-time' };
  }
  // Who took it asked nobody. But its holder knows for how long it may believe in its lease.
  const deadlineAt = isTaken ? lockedUntil : end.at;
  const { abortedAt = Infinity } = body;
  if (isTaken && (body.endedAt <= deadlineAt || abortedAt < deadlineAt)) {
    return { kind: 'excused', excuse: end.how };
  }
  if (abortedAt < deadlineAt) {
    const isOfLease = body.abortReason?.startsWith('LeaseLostError');
    return isOfLease
      ? { kind: 'told', marginMs: deadlineAt - abortedAt }
      : { kind: 'told-otherwise' };
  }
  const dueAt = deadlineAt - (1 - TRUSTED_SHARE) * ttlMs;
  const hindrance = hindrances.throughout(body.instance, dueAt, deadlineAt);
  if (!hindrance) {
    return { kind: 'untold', endedAt: deadlineAt, why: 'though its process ran' };
  }
  // It cannot be told before it runs again, but it must be then.
  const toldAt = Math.min(abortedAt, body.endedAt);
  if (toldAt > hindrances.noticeAt(body.instance, deadlineAt)) {
    const known = hindrances.describe(body.instance, dueAt, toldAt);
    const why = `not even once its process ran again (known: ${known})`;
    return { kind: 'untold', endedAt: deadlineAt, why };
  }
  return { kind: 'excused', excuse: hindrance.why };
}
