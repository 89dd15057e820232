import type { StartUpFinding } from './finding.js';
import { labelOf, type GuardedClass, type GuardedMethod } from './guarded-class.js';
import { scheduleOf } from './schedule-metadata.js';

/** Methods that override a guarded one without the decorator: it is not inherited. */
export function lostDecorators(classes: readonly GuardedClass[]): StartUpFinding[] {
  return classes.flatMap(({ methods }) =>
    methods.flatMap((method) =>
      method.overriddenOn ? [lostDecorator(method, method.overriddenOn)] : [],
    ),
  );
}

/** A warning, since nobody can tell from outside whether it calls the guarded method by `super`. */
function lostDecorator({ key, declaredOn }: GuardedMethod, overriddenOn: object): StartUpFinding {
  const scheduled = scheduleOf(Reflect.get(overriddenOn, key))?.decorator;
  const call = `super.${String(key)}()`;
  return {
    severity: 'warning',
    kind: 'lost-decorator',
    where: [labelOf(overriddenOn, key)],
    problem:
      `overrides ${labelOf(declaredOn, key)} without its @SingleRunner, so what it does besides ` +
      `${call} is not guarded` +
      (scheduled ? `, and ${scheduled} runs it on every instance` : ''),
    remedy:
      `Repeat the decorator: ${call} then joins the same lease. If it is to run without the lock, ` +
      `give it another key, and let it call the guarded method.`,
  };
}
