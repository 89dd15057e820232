import type { Evidence } from '../evidence.js';
import { DATED_MS, type Finding, grantKey, instant } from './finding.js';
import { leaseTerms } from './lease-terms.js';
import { Troubles } from './troubles.js';

/** Somebody who is asked to end waits for its bodies for two ttls, and then goes. */
const GOING_MS = 3000;
/** Before a release a connection may have been lost, and nobody have noticed. */
const BEFORE_MS = 2000;

/**
 * Who has a lease when its body ends gives it back, also if it is asked to end meanwhile: so one that
 * then runs out by itself needs a trouble of its instance. (Races leave theirs to run out.)
 */
export function judgeReleases(evidence: Evidence): Finding<'terminated' | 'orders' | 'excused'> {
  const terms = new Map(
    [...leaseTerms(evidence).values()].flat().map((term) => [grantKey(term), term]),
  );
  const troubles = new Troubles(evidence);
  const lives = new Map(evidence.lives.map((life) => [life.instance, life]));
  const lost = new Set(
    evidence.journal.filter((line) => line.what === 'lost').map((line) => grantKey(line)),
  );
  const orders = new Set<string>();
  const violations: string[] = [];
  let [judged, terminated, excused] = [0, 0, 0];
  for (const line of evidence.journal) {
    if (line.what !== 'ended' || line.name.startsWith('race:')) continue;
    const { at, instance } = line;
    const end = terms.get(grantKey(line))?.end;
    if (!end || lost.has(grantKey(line))) continue;
    if (end.how === 'force-released' || end.how === 'dropped') continue;
    if (end.how !== 'released') {
      if (end.at <= at + DATED_MS) continue;
      if (troubles.of(instance, at - BEFORE_MS, end.at)) {
        excused += 1;
        continue;
      }
      violations.push(
        `${grantKey(line)} of ${instance} was not given back, though its body ended at ` +
          `${instant(at)} and it was valid until ${instant(end.at)}.`,
      );
    }
    judged += 1;
    const { diedAt = Infinity, how, order = '' } = lives.get(instance) ?? {};
    if (how !== 'SIGTERM' || diedAt - at > GOING_MS) continue;
    terminated += 1;
    orders.add(order);
  }
  return { judged, violations, figures: { terminated, orders: orders.size, excused } };
}
