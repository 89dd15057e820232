import { InvalidOptionError } from '../../core/errors.js';
import { LONGEST_TTL_MS } from '../../core/lock-request.js';
import { requestOf } from '../lock-options.js';
import type { Guard } from '../single-runner.accessor.js';
import { constantsOf, policiesFor } from '../single-runner.policies.js';
import type { StartUpFinding } from './finding.js';
import type { GuardedClass } from './guarded-class.js';

/**
 * Options that could not be judged when the class was defined: they are wrong with the module's
 * `defaultTtl`, or a function takes them from an instance.
 */
export function* invalidOptions(
  classes: readonly GuardedClass[],
  defaultTtlMs: number,
): Iterable<StartUpFinding> {
  for (const { methods, provided } of classes) {
    for (const { guards, label } of methods) {
      for (const guard of guards) {
        for (const { instance } of provided) {
          const why = refusalOf(guard, instance, defaultTtlMs);
          if (why !== undefined) yield invalidOption(label, guard, why);
        }
      }
    }
  }
}

function invalidOption(label: string, { options }: Guard, why: string): StartUpFinding {
  const isAsked = Object.values(options).some((value) => typeof value === 'function');
  return {
    severity: 'error',
    kind: 'invalid-option',
    where: [label],
    problem: 'each call would be refused for its options',
    remedy: isAsked
      ? `${why} (The functions among its options are asked at start-up too: let one that does not ` +
        `know yet return undefined.)`
      : why,
  };
}

/** What is wrong with the options, if anything is for certain. */
function refusalOf(
  { options }: Guard,
  instance: object | undefined,
  defaultTtlMs: number,
): string | undefined {
  // Without an instance a ttl that is asked of it is not known, and with it what fits.
  if (!instance && typeof options.ttl === 'function') return undefined;
  try {
    const policies = instance ? policiesFor(options)(instance) : constantsOf(options);
    const isTtlUnknown = typeof options.ttl === 'function' && policies.ttl === undefined;
    requestOf('checked already', policies, isTtlUnknown ? LONGEST_TTL_MS : defaultTtlMs);
    return undefined;
  } catch (error) {
    // A function of the application that throws now may know its value later.
    return error instanceof InvalidOptionError ? error.message : undefined;
  }
}
