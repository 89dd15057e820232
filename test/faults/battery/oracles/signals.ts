import type { Evidence } from '../evidence.js';
import { type Finding, grantKey, instant, least, median } from './finding.js';
import { tellingsOf, type Excuse, type ToldBody } from './tellings.js';

type ExcuseFigure = 'loopBlocked' | 'stopped' | 'slowClock' | 'forceReleased' | 'dropped';
type Figure = ExcuseFigure | 'told' | 'toldOtherwise' | 'leastMarginMs' | 'medianMarginMs';

const FIGURE_OF: Record<Excuse, ExcuseFigure> = {
  'event loop blocked': 'loopBlocked',
  'process stopped': 'stopped',
  'slow clock': 'slowClock',
  'force-released': 'forceReleased',
  dropped: 'dropped',
};

/**
 * P6: a body's signal fires before its lease ends, as long as the event loop runs. Judged are the
 * bodies whose lease ran out, be it that they stopped in time or ran on. Those that could not be told
 * are counted by what kept them from it, and those that had been told to stop for another reason
 * beside them: their signal says nothing of how early the end of a lease is noticed.
 */
export function judgeSignals(evidence: Evidence): Finding<Figure> {
  const violations: string[] = [];
  const margins: number[] = [];
  let toldOtherwise = 0;
  const excused = { loopBlocked: 0, stopped: 0, slowClock: 0, forceReleased: 0, dropped: 0 };
  for (const toldBody of tellingsOf(evidence)) {
    const { telling } = toldBody;
    if (telling.kind === 'told') margins.push(telling.marginMs);
    if (telling.kind === 'told-otherwise') toldOtherwise += 1;
    if (telling.kind === 'excused') excused[FIGURE_OF[telling.excuse]] += 1;
    const violation = violationOf(toldBody);
    if (violation) violations.push(violation);
  }
  const figures = {
    ...excused,
    told: margins.length,
    toldOtherwise,
    leastMarginMs: least(margins),
    medianMarginMs: median(margins),
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
