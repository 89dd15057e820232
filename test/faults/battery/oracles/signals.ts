import type { Evidence } from '../evidence.js';
import { type Finding, grantKey, greatest, instant, least, median } from './finding.js';
import { ownStalls } from './hindrances.js';
import { figureOf, noExcuses, tellingsOf, type ExcuseFigure, type ToldBody } from './tellings.js';

type Figure =
  | ExcuseFigure
  | 'told'
  | 'toldOtherwise'
  | 'leastMarginMs'
  | 'medianMarginMs'
  | 'ownStalls'
  | 'longestOwnStallMs';

/**
 * P6: a body's signal fires before its lease ends, as long as the event loop runs. Judged are the
 * bodies whose lease ran out, be it that they stopped in time or ran on. Those that could not be told
 * are counted by what kept them from it, and those that had been told to stop for another reason
 * beside them: their signal says nothing of how early the end of a lease is noticed.
 *
 * That a process stalled is its own word where the battery did nothing to it. How often that was, and
 * for how long, is told too: a library that blocks the event loop would excuse itself by it.
 */
export function judgeSignals(evidence: Evidence): Finding<Figure> {
  const violations: string[] = [];
  const margins: number[] = [];
  let toldOtherwise = 0;
  const excused = noExcuses();
  for (const toldBody of tellingsOf(evidence)) {
    const { telling } = toldBody;
    if (telling.kind === 'told') margins.push(telling.marginMs);
    if (telling.kind === 'told-otherwise') toldOtherwise += 1;
    if (telling.kind === 'excused') excused[figureOf(telling.excuse)] += 1;
    const violation = violationOf(toldBody);
    if (violation) violations.push(violation);
  }
  const stalls = ownStalls(evidence);
  const figures = {
    ...excused,
    told: margins.length,
    toldOtherwise,
    leastMarginMs: least(margins),
    medianMarginMs: median(margins),
    ownStalls: stalls.length,
    longestOwnStallMs: greatest(stalls),
  };
  return { judged: margins.length + violations.length, violations, figures };
}

function violationOf({ body, telling }: ToldBody): string | undefined {
  const whose = `The body of ${grantKey(body)} on ${body.instance}`;
  if (telling.kind === 'released-early') {
    const ended = instant(body.endedAt);
    return `${whose} ran until ${ended}, and its lease was given back at ${instant(telling.at)}.`;
  }
  if (telling.kind !== 'untold') return undefined;
  const signal =
    body.abortedAt === undefined ? 'no signal' : `its signal at ${instant(body.abortedAt)}`;
  const ended = `its lease ended at ${instant(telling.endedAt)}`;
  return `${whose} had ${signal}, and ${ended}, ${telling.why}.`;
}
