import { isObserver } from '../marathon-observer.decorator.js';
import type { StartUpFinding } from './finding.js';
import { groupBy } from './group-by.js';
import { instancesOf, type Provided } from './provided.js';

/** Observers that are not made once: there is nobody to tell when a run has news. */
export function observersNotTold(provided: readonly Provided[]): StartUpFinding[] {
  const observers = provided.filter(({ prototype }) => isObserver(prototype?.constructor));
  return [...groupBy(observers, ({ prototype }) => prototype)].flatMap(([prototype, made]) => {
    if (!prototype || instancesOf(made).size > 0) return [];
    return {
      severity: 'warning',
      kind: 'observer-not-told',
      where: [prototype.constructor.name],
      problem:
        'is a @MarathonObserver(), but is not made once (it, or what it injects, is made for each ' +
        'request or injection, or it is no provider), so it is never told of runs',
      remedy:
        'List it among the providers, with the default scope, and inject nothing of a request.',
    };
  });
}
