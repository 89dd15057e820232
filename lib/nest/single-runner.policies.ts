import type { RunOptions } from './lock-options.js';
import type { SingleRunnerOptions } from './single-runner.types.js';

const POLICIES = ['ttl', 'renew', 'holdAtLeast', 'maxRuntime', 'wait', 'onStoreError'] as const;

type Ask = (instance: object) => unknown;

/**
 * Tells the options of one call: those that are functions are asked of the instance. Made once for a
 * method, so that a call whose options are all known costs nothing here.
 */
export function policiesFor(options: SingleRunnerOptions): (instance: object) => RunOptions {
  const constants = constantsOf(options);
  const asked = POLICIES.filter((name) => typeof options[name] === 'function');
  if (asked.length === 0) return () => constants;
  return (instance) => ({
    ...constants,
    ...Object.fromEntries(asked.map((name) => [name, (options[name] as Ask)(instance)])),
  });
}

/** The options that are known without an instance. */
export function constantsOf(options: SingleRunnerOptions): RunOptions {
  return Object.fromEntries(
    POLICIES.map((name) => [name, options[name]]).filter(
      ([, value]) => typeof value !== 'function',
    ),
  );
}
