import type { RunOptions } from './lock-options.js';
import type { SingleRunnerOptions } from './single-runner.types.js';

const POLICIES = ['ttl', 'renew', 'holdAtLeast', 'maxRuntime', 'wait', 'onStoreError'] as const;

type Ask = (instance: object) => unknown;

/** The options of one call: those that are functions are asked of the instance. */
export function policiesOf(options: SingleRunnerOptions, instance: object): RunOptions {
  return Object.fromEntries(
    POLICIES.map((name) => {
      const value: unknown = options[name];
      return [name, typeof value === 'function' ? (value as Ask)(instance) : value];
    }),
  );
}

/** The options that are known without an instance. */
export function constantsOf(options: SingleRunnerOptions): RunOptions {
  return Object.fromEntries(
    POLICIES.map((name) => [name, options[name]]).filter(
      ([, value]) => typeof value !== 'function',
    ),
  );
}
