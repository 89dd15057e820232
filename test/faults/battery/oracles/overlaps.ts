import type { Evidence } from '../evidence.js';
import { type Finding, grantKey, groupBy, instant } from './finding.js';
import { figureOf, noExcuses, tellingsOf, type ExcuseFigure, type ToldBody } from './tellings.js';

type Explanation = 'toldToStop' | ExcuseFigure;
type Figure = Explanation | 'bodies' | 'overlaps' | 'unexplained';

/**
 * Two bodies of a name at once. Without the fence that can happen: the older one was told to stop and
 * did not, or nobody could tell it; by what, is counted apart. For any other reason it must not.
 */
export function judgeOverlaps(evidence: Evidence): Finding<Figure> {
  const violations: string[] = [];
  const told = tellingsOf(evidence);
  const explained = { toldToStop: 0, ...noExcuses() };
  for (const ofName of groupBy(told, ({ body }) => body.name).values()) {
    let running: ToldBody[] = [];
    for (const later of ofName) {
      const at = later.body.startedAt;
      running = running.filter(({ body }) => body.endedAt > at);
      for (const earlier of running) {
        // Of two, the lower fence is the one that should have gone, whichever began its work first.
        const isInOrder = earlier.body.fence <= later.body.fence;
        const [old, young] = isInOrder ? [earlier, later] : [later, earlier];
        const explanation = young.body.fence > old.body.fence ? explanationOf(old, at) : undefined;
        if (explanation) explained[explanation] += 1;
        else violations.push(sentence(old, young, at));
      }
      running.push(later);
    }
  }
  const unexplained = violations.length;
  const overlaps = Object.values(explained).reduce((sum, count) => sum + count, unexplained);
  const figures = { ...explained, bodies: told.length, overlaps, unexplained };
  return { judged: told.length, violations, figures };
}

function explanationOf({ body, telling }: ToldBody, at: number): Explanation | undefined {
  const isExcused = telling.kind === 'excused';
  const isTold = telling.kind === 'told' || telling.kind === 'told-otherwise';
  if ((isTold || isExcused) && (body.abortedAt ?? Infinity) <= at) return 'toldToStop';
  return isExcused ? figureOf(telling.excuse) : undefined;
}

function sentence({ body: old }: ToldBody, { body: young }: ToldBody, at: number): string {
  const whose = ({ fence, instance, name }: typeof old): string =>
    `${grantKey({ name, fence })} on ${instance}`;
  return (
    `${whose(old)} and ${whose(young)} ran at once from ${instant(at)} until ` +
    `${instant(Math.min(old.endedAt, young.endedAt))}, and nothing explains it.`
  );
}
