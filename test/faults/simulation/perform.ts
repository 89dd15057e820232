import { lockRequest } from '../../../lib/core/lock-request.js';
import type { Body } from './bodies.js';
import { BodyError } from './calls.js';
import type { Instance } from './instance.js';
import type { Script, Step } from './scripts.js';

/** Does what a body's script says. One that heeds its signal ends at the very instant it fires. */
export async function perform(script: Script, body: Body, instance: Instance): Promise<void> {
  const { signal } = body.lease;
  const told = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (const step of script.steps) {
    if (script.isHeeding && signal.aborted) return;
    const done = doStep(step, body, instance);
    if (script.isHeeding) await Promise.race([done, told]);
    else await done;
  }
}

async function doStep(step: Step, body: Body, instance: Instance): Promise<void> {
  const { lease, call } = body;
  const { machine } = instance;
  switch (step.do) {
    case 'work':
      return machine.pause(step.forMs);
    // A body takes what its lease throws at it, and goes on: that is the harder case.
    case 'write':
      return lease.transaction(() => machine.pause(step.forMs)).catch(() => {});
    case 'extend':
      return lease.extend(step.ttlMs).catch(() => {});
    case 'join': {
      const request = lockRequest({ name: lease.name, ttlMs: 1000 });
      const isLeftBehind = call.kind === 'run' && instance.isGivenBack(lease);
      const joined = instance.run(request, workFor(step.forMs), isLeftBehind);
      return step.isAwaited ? joined : undefined;
    }
    case 'nest': {
      const request = lockRequest({ name: step.name, ttlMs: 1000 });
      return instance.run(request, workFor(1 + machine.random() * 20));
    }
    case 'let go':
      body.isLetGo = true;
      return instance.release(lease);
    case 'throw':
      call.thrown = new BodyError('the body fails');
      throw call.thrown;
  }
}

function workFor(forMs: number): Script {
  return { steps: [{ do: 'work', forMs }], isHeeding: true };
}
