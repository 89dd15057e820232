import { describe, expect, it } from '@jest/globals';
import type { FinishedEvent } from '../../../lib/core/run-observer.js';
import { reportOf } from '../report-of.js';
import { seedsFrom, simulateMany } from './many.js';
import {
  changed,
  ForgetfulStore,
  hasty,
  over,
  ResettingStore,
  RevivingStore,
  telling,
  TickBlindStore,
  UncheckedStore,
} from './spoilt.js';
import type { Tally } from './tally.js';
import type { Promised } from './verdicts.js';
import type { Spoilt } from './world.js';

/*
 * An oracle that cannot fail says nothing. Here stores, clocks and algorithms are spoilt one at a
 * time, and the oracle in question has to notice.
 */

const MOST_SEEDS = 500;

const CONTROLS: readonly [what: string, promise: Promised, spoilt: Spoilt][] = [
  ['a store that grants 50 ms early', 'P1', hasty(50)],
  ['a store that renews what has expired', 'P1', { store: (now) => new RevivingStore(now) }],
  ['a store that begins fences anew', 'P2', { store: (now) => new ResettingStore(now) }],
  ['transactions that look at no fence', 'P3', { store: (now) => new UncheckedStore(now) }],
  ['a store that forgets releases', 'P4', { store: (now) => new ForgetfulStore(now) }],
  ['a store that is blind to ticks', 'P5', { store: (now) => new TickBlindStore(now) }],
  [
    'a core that asks without its tick',
    'P5',
    over((store) => ({
      acquire: (batch, timeoutMs) =>
        store.acquire(
          batch.map((request) => ({ ...request, tick: undefined })),
          timeoutMs,
        ),
    })),
  ],
  ['clocks at half speed', 'P6', { rate: 0.5 }],
  ['clocks at half speed', 'overlap', { rate: 0.5 }],
  ['a store that the memory store is unlike', 'memory', hasty(50)],
  [
    'a batch that has its names twice',
    'batch',
    over((store) => ({
      renew: (batch, timeoutMs) => store.renew([...batch, ...batch], timeoutMs),
    })),
  ],
  [
    'a body that begins twice',
    'result',
    changed((core) => ({
      run: (request, body) => core.run(request, (lease) => [body(lease), body(lease)][0]!),
    })),
  ],
  [
    'a run that says that it was skipped',
    'result',
    changed((core) => ({
      run: (request, body) =>
        core.run(request, body).then(() => ({ outcome: 'skipped', reason: 'held' })),
    })),
  ],
  [
    'runs that all say that they were lost',
    'result',
    changed((core) => ({
      run: (request, body) =>
        core
          .run(request, body)
          .then((result) => (result.outcome === 'completed' ? { ...result, lost: true } : result)),
    })),
  ],
  [
    'skips that all say that the tick was taken',
    'result',
    changed((core) => ({
      run: (request, body) =>
        core
          .run(request, body)
          .then((result) =>
            result.outcome === 'skipped' ? { ...result, reason: 'tick-taken' } : result,
          ),
    })),
  ],
  [
    'skips of which the observers are told another reason',
    'result',
    telling((told) => (method, event) => {
      told(method, method === 'onSkipped' ? { ...event, reason: 'tick-taken' } : event);
    }),
  ],
  [
    'a lost lease of which nobody is told',
    'lease',
    telling((told) => (method, event) => {
      if (method !== 'onLost') told(method, event);
    }),
  ],
  [
    'ends that are all told as failures, with the lost ones as kept',
    'lease',
    telling((told) => (method, event) => {
      if (method !== 'onFinished') return told(method, event);
      const { lost } = event as FinishedEvent;
      return told(method, { ...event, outcome: 'failed', lost: !lost });
    }),
  ],
  [
    'leases that are all said to be lost when they are given back by hand',
    'lease',
    changed((core) => ({
      async acquire(request) {
        const attempt = await core.acquire(request);
        if ('lease' in attempt) {
          const { lease } = attempt;
          const release = lease.release.bind(lease);
          lease.release = () => release().then(() => 'lost');
        }
        return attempt;
      },
    })),
  ],
  [
    'a release that is not sent, and said to be done',
    'lease',
    over(() => ({ release: async (batch) => batch.map(() => 'released') })),
  ],
  [
    'a shutdown that refuses nothing',
    'closing',
    changed((_core, { clock }) => ({
      close: (timeoutMs) => clock.pause(timeoutMs).then(() => []),
    })),
  ],
  [
    'a shutdown that takes its time',
    'closing',
    changed((core) => ({ close: () => core.close(50_000) })),
  ],
  ['calls that never end', 'settles', changed(() => ({ run: () => new Promise<never>(() => {}) }))],
  [
    'renewals that never arrive',
    'liveness',
    over((store) => ({
      renew: (batch, timeoutMs) =>
        store.renew([], timeoutMs).then(() => batch.map(() => ({ renewed: false }))),
    })),
  ],
  [
    'a timer that nobody stops',
    'leftovers',
    changed((core, { clock }) => ({
      close(timeoutMs) {
        clock.schedule(2 ** 31, () => {});
        return core.close(timeoutMs);
      },
    })),
  ],
];

describe('the simulation notices', () => {
  it.each(CONTROLS)(`%s, as a violation of %s`, async (_what, promise, spoilt) => {
    const tally = await simulateMany(
      seedsFrom(1, MOST_SEEDS),
      spoilt,
      ({ violations }) => violations[promise] > 0,
    );
    expect(tally.violations[promise]).toBeGreaterThan(0);
  });

  it('a forked promise, as a violation of rejections', async () => {
    const tally = await reportOf<Tally>('simulation/forked-promise.ts', []);
    expect(tally.violations.rejections).toBeGreaterThan(0);
  });
});
