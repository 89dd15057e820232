import type { Change, Evidence, LockState } from '../evidence.js';
import { DATED_MS, type Finding, grantKey, instant, ROUNDING_MS, ttlMsOf } from './finding.js';
import { histories, stepOf, type Step } from './history.js';

type Figure = 'grants' | 'renewals' | 'askedAgain' | 'forceReleases';

/**
 * P1: the database never grants a name while an earlier grant is unexpired on the database's clock.
 *
 * A name is free from the `lockedUntil` that its last change left, be it expired, released or held
 * for at least so long. A statement can wait, for its own row or for another one of its batch, and a
 * trigger may run at its end: so the trigger's instant bounds from above what the row says of itself,
 * and the row's own instants are what is compared with each other.
 */
export function judgeGrants(evidence: Evidence): Finding<Figure> {
  const violations: string[] = [];
  const figures = { grants: 0, renewals: 0, askedAgain: 0, forceReleases: 0 };
  const started = firstStarts(evidence);
  const forced = forcedGrants(evidence);
  const holds = holdsOf(evidence);
  let judged = 0;
  for (const [name, history] of histories(evidence.changes)) {
    const ttlMs = ttlMsOf(evidence, name);
    let prior: LockState | undefined;
    for (const change of history) {
      const step = stepOf(change);
      const report = (state: LockState, what: string): void => {
        violations.push(
          `${grantKey({ name, fence: state.fence })} at ${instant(change.at)}: ${what}`,
        );
      };
      if (step.kind === 'dropped') prior = undefined;
      if (step.kind === 'deleted') {
        violations.push(`'${name}' at ${instant(change.at)}: its row was deleted`);
      }
      if (!('after' in step)) continue;
      const { after } = step;
      for (const what of faultsOf(step, change, prior, ttlMs)) report(after, what);
      if (step.kind === 'force-release' && !isForced(forced, name, step.before, change)) {
        report(after, `taken by force from fence ${step.before.fence}, which nobody had asked for`);
      }
      const heldMs = holds.get(grantKey({ name, fence: after.fence }));
      if (step.kind === 'release' && heldMs !== undefined) {
        const wrong = wrongRelease(step, heldMs);
        if (wrong) report(after, wrong);
      }
      if (step.kind === 'grant') figures.grants += 1;
      if (step.kind === 'grant' && prior) judged += 1;
      if (step.kind === 'force-release') figures.forceReleases += 1;
      if (step.kind === 'extension') {
        const renewedAt = after.lockedUntil - ttlMs;
        const isLate = renewedAt > step.before.lockedUntil + ROUNDING_MS;
        const startedAt = started.get(grantKey({ name, fence: after.fence })) ?? Infinity;
        // Whose reply was lost asks again, and has its grant confirmed if nobody took the name. It has
        // no body yet, and a renewal has.
        const isAskedAgain = startedAt + ROUNDING_MS >= change.at;
        figures[isAskedAgain ? 'askedAgain' : 'renewals'] += 1;
        if (isLate && !isAskedAgain) {
          report(after, `renewed at ${instant(renewedAt)}, after it had expired`);
        }
      }
      prior = after;
    }
  }
  // The first grant of a name cannot break the promise.
  return { judged, violations, figures };
}

function* faultsOf(
  step: Extract<Step, { after: LockState }>,
  { at, before }: Change,
  prior: LockState | undefined,
  ttlMs: number,
): Generator<string> {
  const { after, kind } = step;
  const latestAt = at + ROUNDING_MS;
  if (before && !isSame(before, prior)) yield 'the history does not have what was there before it';
  if (!before && prior) yield 'inserted, though there was a row for it';
  if (kind === 'placeholder') return;
  const { acquiredAt, lockedUntil } = after;
  if (lockedUntil > latestAt + ttlMs) {
    yield `valid until ${instant(lockedUntil)}, which is longer than its ttl`;
  }
  if (kind === 'grant') {
    if (prior && Math.min(acquiredAt, latestAt) < prior.lockedUntil) {
      yield (
        `granted to ${after.instance} from ${instant(acquiredAt)} on, while ` +
        `${prior.instance} (fence ${prior.fence}) had it until ${instant(prior.lockedUntil)}`
      );
    }
    if (acquiredAt > latestAt) yield `granted from ${instant(acquiredAt)} on, in the future`;
    if (lockedUntil < acquiredAt + ttlMs) yield 'granted for less than its ttl';
    if (after.holder === null) yield 'granted to nobody';
    else if (after.holder === prior?.holder) yield 'granted anew to the holder that had it before';
    if (after.releasedAt !== null) yield 'granted and released in one';
    return;
  }
  if (kind === 'force-release') {
    if (after.holder === step.before.holder) yield 'a release by its own holder changed the fence';
    if (lockedUntil > step.before.lockedUntil) yield 'a forced release made it longer';
    return;
  }
  if (after.holder !== step.before.holder) {
    yield after.holder === null
      ? 'lost its owner and kept its fence'
      : 'its holder changed, and its fence did not';
  }
  if (after.instance !== step.before.instance) yield 'its instance changed, and its fence did not';
  if (acquiredAt !== step.before.acquiredAt) {
    yield 'the instant of its grant changed, and its fence did not';
  }
  if (kind === 'release') {
    if (lockedUntil > step.before.lockedUntil) yield 'a release made it longer';
    return;
  }
  if (kind === 'extension') return;
  if (step.before.releasedAt !== null && after.releasedAt === null)
    yield 'came back after its release';
  else if (after.releasedAt !== step.before.releasedAt) yield 'released twice';
  else if (lockedUntil > step.before.lockedUntil) yield 'renewed after its release';
  else if (lockedUntil < step.before.lockedUntil) yield 'shortened without a release';
}

/** What is given back is free at once, or once it was held for as long as its body's call had asked. */
function wrongRelease(
  { after, before }: Extract<Step, { kind: 'release' }>,
  heldMs: number,
): string | undefined {
  const releasedAt = after.releasedAt ?? NaN;
  const freeAt = Math.max(Math.min(before.lockedUntil, releasedAt), after.acquiredAt + heldMs);
  if (Math.abs(after.lockedUntil - freeAt) <= ROUNDING_MS) return undefined;
  return `given back at ${instant(releasedAt)}, and kept until ${instant(after.lockedUntil)}`;
}

function holdsOf({ journal }: Evidence): Map<string, number> {
  const starts = journal.filter((line) => line.what === 'started');
  return new Map(starts.map((line) => [grantKey(line), line.holdMs]));
}

/** When each grant that somebody was about to end by force was first named. */
function forcedGrants({ journal }: Evidence): Map<string, number> {
  const forced = journal.filter((line) => line.what === 'forcing');
  return new Map(forced.toReversed().map((line) => [grantKey(line), line.at]));
}

/** A forced release names the grant that it saw, and must end no other. */
function isForced(
  forced: ReadonlyMap<string, number>,
  name: string,
  { fence }: LockState,
  { at }: Change,
): boolean {
  return (forced.get(grantKey({ name, fence })) ?? Infinity) <= at + DATED_MS;
}

function isSame(one: LockState, other: LockState | undefined): boolean {
  return (
    other !== undefined &&
    one.fence === other.fence &&
    one.holder === other.holder &&
    one.instance === other.instance &&
    one.acquiredAt === other.acquiredAt &&
    one.lockedUntil === other.lockedUntil &&
    one.releasedAt === other.releasedAt &&
    one.lastTick === other.lastTick
  );
}

function firstStarts({ journal }: Evidence): Map<string, number> {
  const starts = new Map<string, number>();
  for (const line of journal) {
    if (line.what !== 'started') continue;
    const key = grantKey(line);
    starts.set(key, Math.min(line.at, starts.get(key) ?? Infinity));
  }
  return starts;
}
