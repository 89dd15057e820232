import { setTimeout as pause } from 'node:timers/promises';
import type { Troubled } from '../worker/trouble.js';
import { doneIf, SERVERS, type Done, type InstanceFault } from './fault.js';

/** What becomes of a process. */
export const processFaults: readonly InstanceFault[] = [
  {
    kind: 'SIGKILL',
    weight: 3,
    on: 'instance',
    async inject(target) {
      await target.kill();
      await target.start();
      return 'done';
    },
  },
  {
    kind: 'SIGTERM in the middle of a job',
    harmless: true,
    weight: 2,
    on: 'instance',
    async inject(target) {
      await target.terminate();
      await target.start();
      return 'done';
    },
  },
  {
    kind: 'SIGSTOP past ttl',
    hinders: true,
    weight: 14,
    on: 'instance',
    async inject(target, { chance, ground, ttlMs }) {
      const unguard = ground.guard(target.pid);
      target.signal('SIGSTOP');
      await pause(chance.between(1.1 * ttlMs, 2.2 * ttlMs));
      target.signal('SIGCONT');
      unguard();
      return 'done';
    },
  },
  {
    kind: 'event loop blocked past ttl',
    hinders: true,
    weight: 12,
    on: 'instance',
    async inject(target, { chance, ttlMs }) {
      const ms = chance.between(1.1 * ttlMs, 2 * ttlMs);
      return answered(await target.ask({ type: 'block', ms }));
    },
  },
  {
    kind: 'pool saturated by the job',
    harmless: true,
    weight: 6,
    on: 'instance',
    async inject(target, { chance, ttlMs }) {
      const ms = chance.between(1.1 * ttlMs, 2 * ttlMs);
      return answered(await target.ask({ type: 'saturate', ms }));
    },
  },
  {
    kind: 'forced release',
    harmless: true,
    weight: 4,
    on: 'instance',
    needsHolder: true,
    async inject(target, _means, held) {
      return answered(held && (await target.ask({ type: 'force', ...held })));
    },
  },
  ...[0.5, 2].map((speed): InstanceFault => ({
    kind: `both clocks at ${speed === 2 ? 'double' : 'half'} speed`,
    weight: 0.3,
    dialects: SERVERS,
    on: 'instance',
    async inject(target, { chance, ttlMs }) {
      await target.kill();
      await target.start(speed);
      await pause(chance.between(2 * ttlMs, 5 * ttlMs));
      await target.kill();
      await target.start();
      return 'done';
    },
  })),
];

function answered(answer: Troubled | undefined): Done {
  return doneIf(answer?.isDone === true);
}
