import type { StartUpFinding } from './finding.js';
import { instancesOf } from './provided.js';
import type { GuardedClass, GuardedMethod } from './guarded-class.js';

/**
 * One class with several instances, as when two modules list it among their providers. What is made
 * for each request, or for whoever injects it, has several instances on purpose.
 */
export function providedTwice(classes: readonly GuardedClass[]): StartUpFinding[] {
  return classes.flatMap(({ prototype, methods, provided }) => {
    const instances = instancesOf(provided);
    if (instances.size < 2 || !methods.some(excludesItself)) return [];
    const modules = provided.filter(({ isEnhancer }) => !isEnhancer).map(({ module }) => module);
    return {
      severity: 'warning',
      kind: 'provided-twice',
      where: [prototype.constructor.name],
      problem:
        `has ${instances.size} instances (in ${modules.join(', ')}): each of its crons is mounted as ` +
        `often, and one alone runs at each tick`,
      remedy:
        'List it among the providers of one module, which exports it, and let the others import ' +
        'that module; a second token for it is a useExisting. If several are meant, add ' +
        'shared: true and oncePerTick: false to its decorators.',
    };
  });
}

function excludesItself({ guards, overriddenOn }: GuardedMethod): boolean {
  if (overriddenOn) return false;
  return guards.some(({ name, options }) => typeof name === 'string' && options.shared !== true);
}
