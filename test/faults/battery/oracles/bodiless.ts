import type { Evidence, JournalLine } from '../evidence.js';
import { DATED_MS, groupBy, LONGEST_ATTEMPT_MS } from './finding.js';
import type { LeaseTerm } from './lease-terms.js';
import { isFailure } from './told.js';
import { Troubles } from './troubles.js';

type Asked = Extract<JournalLine, { what: 'told' | 'raced' }>;

/** Why a grant need not have had a body. */
export type Reason =
  /**
   * Its caller was told of a failure, and not of a grant; or that the lease had run out, as its reply
   * came so late that it did before the body could begin.
   */
  | 'failed'
  /** Its process died before it could tell anybody. */
  | 'died'
  /**
   * Its reply was lost or late, by a fault or with a connection, and the lease was over before its
   * caller asked again. Where the reply is a look at the row, as in MySQL's form of the dialect, that
   * look came too late, or after the lease was ended by force.
   */
  | 'disturbed'
  /** Its process did not run, and the same has come of it. That is the process' own word. */
  | 'stalled';

/** A request that its caller gives up is under way still. */
const SOON_MS = 300;
/**
 * In a trouble it may come late, or wait for a row, and be carried out still. And by so much a cut
 * may be noticed late.
 */
const LATE_MS = 5000;

/** What became of the grants that no body ever had. */
export class Bodiless {
  readonly #asked: ReadonlyMap<string, readonly Asked[]>;
  readonly #evidence: Evidence;
  readonly #troubles: Troubles;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
    this.#troubles = new Troubles(evidence);
    const asked = evidence.journal.filter(({ what }) => what === 'told' || what === 'raced');
    this.#asked = groupBy(asked as Asked[], ({ instance, name }) => `${instance} ${name}`);
  }

  reasonOf(term: LeaseTerm): Reason | undefined {
    const { end, instance, name, seenAt } = term;
    const asked = (this.#asked.get(`${instance} ${name}`) ?? []).filter(
      ({ since }) => since <= seenAt + DATED_MS,
    );
    if (asked.some((line) => isGivenUp(line) && this.#isOf(line, term))) return 'failed';
    if (asked.some((line) => this.#isTooLate(line, term))) return 'failed';
    if (this.#isDead(term)) return 'died';
    // It may have asked again with the same owner, and what it was told then says nothing of this grant.
    if (!asked.some(({ at }) => at >= end.at - DATED_MS)) return undefined;
    if (this.#isDisturbed(term)) return 'disturbed';
    return this.#isStalled(term) ? 'stalled' : undefined;
  }

  /** Whether a call that was given up had still asked for this grant. */
  #isOf({ at }: Asked, { grantedAt, instance }: LeaseTerm): boolean {
    if (grantedAt <= at + SOON_MS) return true;
    return grantedAt <= at + LATE_MS && this.#troubles.of(instance ?? '', at - LATE_MS, grantedAt);
  }

  /** Whether a call was told that this grant had run out, just after its instance had noticed it. */
  #isTooLate(call: Asked, { fence, instance, name }: LeaseTerm): boolean {
    if (call.what !== 'told' || call.reason !== 'LeaseLostError') return false;
    return this.#evidence.journal.some(
      (line) =>
        line.what === 'lost' &&
        line.cause === 'deadline' &&
        line.instance === instance &&
        line.name === name &&
        line.fence === fence &&
        line.at > call.since &&
        line.at <= call.at,
    );
  }

  #isDead({ grantedAt, instance }: LeaseTerm): boolean {
    return this.#evidence.lives.some(
      ({ diedAt = Infinity, instance: whose }) =>
        whose === instance &&
        diedAt > grantedAt - LATE_MS &&
        diedAt < grantedAt + LONGEST_ATTEMPT_MS,
    );
  }

  #isDisturbed({ end, grantedAt, instance }: LeaseTerm): boolean {
    const { cuts, injected } = this.#evidence;
    const isThen = (from: number, to: number): boolean =>
      from < end.at + LATE_MS && to > grantedAt - LATE_MS;
    return (
      end.how === 'force-released' ||
      cuts.some(({ at, instance: whose }) => whose === instance && isThen(at, at)) ||
      injected.some(
        ({ from, harmless, instance: whose, on, to }) =>
          (on === 'database' || (whose === instance && !harmless)) && isThen(from, to),
      )
    );
  }

  #isStalled({ end, grantedAt, instance }: LeaseTerm): boolean {
    return this.#evidence.journal.some(
      (line) =>
        line.what === 'stalled' &&
        line.instance === instance &&
        line.since < end.at &&
        line.at > grantedAt,
    );
  }
}

function isGivenUp(line: Asked): boolean {
  return line.what === 'told' && isFailure(line);
}
