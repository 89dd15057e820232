import { RunSkippedError, type Lease, type RunOptions, type RunResult } from 'nestjs-marathon';
import { fire } from './cron.js';
import type { Call, Outcome } from './call.js';
import type { Instance } from './stage.js';

/** Makes a call by the public API, and tells all ways of ending in the same words. */
export async function makeCall(
  call: Call,
  { locks, tasks }: Instance,
  start: (lease: Lease | undefined) => void,
): Promise<Outcome> {
  const { verb, name, options } = call.plan;
  const { onStoreError, ...common } = options;
  const signal = call.caller.signal;
  const body = (): Promise<object> => call.body(start);
  try {
    switch (verb) {
      case 'acquire': {
        const lease = await locks.acquire(name, { ...common, signal });
        return lease ? { kind: 'lease', lease } : { kind: 'skipped' };
      }
      case 'run':
        return fromResult(await locks.run(name, { ...common, onStoreError, signal }, body));
      case 'sync':
      case 'strict':
        tasks.options = options satisfies RunOptions;
        return fromValue(await tasks[verb](name, body));
      case 'tick':
        tasks.options = options satisfies RunOptions;
        return fromValue(await fire(call.tickAt!, () => tasks.tick(name, body)));
    }
  } catch (error) {
    if (!(error instanceof RunSkippedError)) return { kind: 'failed', error };
    return { kind: 'skipped', reason: error.reason, ...(error.holder && { holder: error.holder }) };
  }
}

function fromResult(result: RunResult<object>): Outcome {
  if (result.outcome === 'completed') return { ...result, kind: 'completed' };
  const { reason, holder } = result;
  return { kind: 'skipped', reason, ...(holder && { holder }) };
}

/** A guarded method that was skipped resolves to `undefined`; no body here does. */
function fromValue(value: unknown): Outcome {
  return value === undefined ? { kind: 'skipped' } : { kind: 'completed', value };
}
