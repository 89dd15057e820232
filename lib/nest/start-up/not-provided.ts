import { settle, unsettled } from '../guarded-classes.js';
import { ownGuardsOf } from '../single-runner.accessor.js';
import type { StartUpFinding } from './finding.js';
import { linksOf } from './guarded-class.js';
import type { Provided } from './provided.js';

/**
 * Guarded classes that no provider, controller or enhancer is of, or inherits from, in any
 * application of this process so far. Each is reported once in a process.
 */
export function notProvided(provided: readonly Provided[], module: string): StartUpFinding[] {
  for (const prototype of provided.flatMap(prototypesOf)) {
    for (const link of linksOf(prototype)) settle(link);
  }
  return unsettled().flatMap((prototype) => {
    const guards = ownGuardsOf(prototype).filter((guard) => guard.module === module);
    if (guards.length === 0) return [];
    settle(prototype);
    return {
      severity: 'warning',
      kind: 'not-provided',
      where: guards.map(({ label }) => label),
      problem:
        'no provider or controller is of this class, or inherits from it, so nothing schedules it',
      remedy:
        'List the class among the providers of a module that is imported. It is in order if this ' +
        'process has no use for it, or makes it later (a lazy module, ModuleRef.create()).',
    };
  });
}

/** A class that is a token is in use, whatever is provided for it: a factory's or a test's. */
function prototypesOf({ prototype, token }: Provided): object[] {
  const named: unknown = typeof token === 'function' ? token.prototype : undefined;
  return [prototype, named].filter((one) => typeof one === 'object' && one !== null);
}
