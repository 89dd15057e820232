import { model, simulation, spec } from './killer.js';
import type { Mutant } from './mutant.js';

const ATTEMPTS = 'lib/core/attempts.ts';
const HELD_LEASE = 'lib/core/held-lease.ts';
const SINGLE_RUN = 'lib/core/single-run.ts';
const CURRENT_LEASE = 'lib/core/current-lease.ts';

/** Mutants of a run: its body, its end, and the shutdown. */
export const runMutants: readonly Mutant[] = [
  {
    id: 'release-while-the-body-runs',
    wrong: 'The name is given back as soon as the body has returned its promise.',
    edits: [
      {
        file: SINGLE_RUN,
        find: `const value = await runUnder(this, lease, () => body(lease));
      const wasLost`,
        replace: `const running = runUnder(this, lease, () => body(lease));
      void Promise.allSettled([running]);
      await lease.release();
      const value = await running;
      const wasLost`,
      },
    ],
    killers: [simulation('P6', 'overlap', 'lease'), model],
  },
  {
    id: 'shutdown-gives-back-what-runs',
    wrong: 'Shutdown gives back the name of a body that is still running.',
    edits: [
      {
        file: SINGLE_RUN,
        find: 'this.#closed = true;',
        replace: `await Promise.allSettled([...this.#keepAlive.leases].map((lease) => lease.release()));
    this.#closed = true;`,
      },
    ],
    killers: [simulation('P6', 'overlap', 'lease'), model],
  },
  {
    id: 'body-started-while-closing',
    wrong: 'A grant that comes after the shutdown has begun starts its body.',
    edits: [
      { file: ATTEMPTS, find: 'if (this.#closing || signal', replace: 'if (signal' },
      {
        file: SINGLE_RUN,
        find: 'if (this.closing || lease.aborted) {',
        replace: 'if (lease.aborted) {',
      },
    ],
    killers: [simulation('closing'), model],
  },
  {
    id: 'bodies-not-told-of-shutdown',
    wrong: 'Shutdown waits for bodies without asking them to stop.',
    edits: [
      {
        file: SINGLE_RUN,
        find: 'for (const lease of this.#running) lease.abort(new MarathonClosingError());',
        replace: '',
      },
    ],
    killers: [simulation('closing', 'P6'), model],
  },
  {
    id: 'lost-lease-joined',
    wrong: 'A call inside a run whose lease is lost runs its body without a lock.',
    edits: [{ file: SINGLE_RUN, find: 'lease.assertHeld();', replace: '' }],
    killers: [simulation('result', 'lease'), model],
  },
  {
    id: 'unrenewed-while-release-waits',
    wrong: 'A lease runs out while its release waits behind the acquire of a slow name.',
    edits: [
      {
        file: HELD_LEASE,
        find: 'this.ended = true;',
        replace: 'this.ended = true;\n    this.#parts.forget(this);',
      },
    ],
    killers: [spec('test/unit/core/held-lease', 'is renewed until its release is answered')],
  },
  {
    id: 'another-name-joined',
    wrong: 'A call inside a run of another name runs its body under that other lock.',
    edits: [
      {
        file: CURRENT_LEASE,
        find: 'run.host === host && run.lease.name === name',
        replace: 'run.host === host && name !== undefined',
      },
    ],
    killers: [simulation('result', 'overlap'), model],
  },
  {
    id: 'ended-run-joined',
    wrong: 'What a run left behind joins its lease, which has been given back.',
    edits: [
      {
        file: CURRENT_LEASE,
        find: '!run.lease.ended && fits(run)',
        replace: 'fits(run)',
      },
    ],
    killers: [simulation('result', 'overlap'), model],
  },
  {
    id: 'joined-run-not-told',
    wrong: 'A run that outlives the one whose lease it joined goes on when that is given back.',
    edits: [
      {
        file: HELD_LEASE,
        find: 'if (this.joined > 0) this.abort(this.#releasedError);',
        replace: '',
      },
    ],
    killers: [simulation('P6'), spec('test/unit/core/lost', 'is told to stop before the run')],
  },
  {
    id: 'hold-at-least-forgotten',
    wrong: 'A short run gives its name back at once, whatever its holdAtLeast.',
    edits: [
      {
        file: HELD_LEASE,
        find: 'holdAtLeastMs: this.#request.holdAtLeastMs }',
        replace: 'holdAtLeastMs: Math.min(0, this.#request.holdAtLeastMs) }',
      },
    ],
    killers: [simulation('result', 'lease'), model],
  },
  {
    id: 'release-tried-once',
    wrong: 'A release that failed is not repeated, and the name stays taken for a whole ttl.',
    edits: [
      {
        file: HELD_LEASE,
        find: 'if (this.trustedMs <= 0 && clock.monotonicAt() >= endsAt) throw error;',
        replace: 'if (endsAt) throw error;',
      },
    ],
    killers: [simulation('leftovers')],
  },
];
