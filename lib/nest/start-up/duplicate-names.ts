import { quoted } from '../../core/errors.js';
import type { Guard } from '../single-runner.accessor.js';
import type { StartUpFinding } from './finding.js';
import { groupBy } from './group-by.js';
import type { GuardedClass, GuardedMethod } from './guarded-class.js';
import { scheduleOf } from './schedule-metadata.js';

interface Use {
  readonly name: string;
  readonly method: GuardedMethod;
  readonly guard: Guard;
}

/**
 * Different methods, or one inherited method on different classes, that lock one name. Names that
 * are functions are not compared.
 */
export function duplicateNames(classes: readonly GuardedClass[]): StartUpFinding[] {
  return [...groupBy(classes.flatMap(usesOf), ({ name }) => name)].flatMap(([name, uses]) => {
    const methods = [...new Set(uses.map(({ method }) => method))];
    const isMeant = uses.every(({ guard }) => guard.options.shared === true);
    const isSafe = uses.filter(({ guard }) => takesTicks(guard)).length < 2;
    return methods.length < 2 || (isMeant && isSafe) ? [] : [duplicate(name, methods)];
  });
}

function usesOf({ methods }: GuardedClass): Use[] {
  return methods
    .filter(({ overriddenOn }) => !overriddenOn)
    .flatMap((method) =>
      method.guards.flatMap((guard) =>
        typeof guard.name === 'string' ? [{ name: guard.name, method, guard }] : [],
      ),
    );
}

/** The name remembers one tick: of two crons that take theirs, one would take the other's. */
function takesTicks({ options, wrapper }: Guard): boolean {
  return options.oncePerTick !== false && scheduleOf(wrapper)?.decorator === '@Cron';
}

function duplicate(name: string, methods: readonly GuardedMethod[]): StartUpFinding {
  const isInherited = methods.every(
    ({ declaredOn, key }) => declaredOn === methods[0]?.declaredOn && key === methods[0].key,
  );
  const shared =
    'If one at a time of them all is meant, add shared: true to each, and oncePerTick: false to all ' +
    'of their crons but one';
  const consequence =
    'so each is skipped while another one runs, and of two crons one takes the ticks of the other';
  const where = methods.map(({ label }) => label);
  return isInherited
    ? {
        severity: 'error',
        kind: 'inherited-name',
        where,
        problem: `inherit one method with the name ${quoted(name)}, ${consequence}`,
        remedy:
          'Guard it in each of the classes under a name of its own and not in their base class, ' +
          `or let the name be a function of the method's arguments. ${shared}.`,
      }
    : {
        severity: 'error',
        kind: 'duplicate-name',
        where,
        problem: `lock the same name ${quoted(name)}, ${consequence}`,
        remedy: `Give each a name of its own. ${shared}.`,
      };
}
