import { model, simulation, spec } from './killer.js';
import type { Mutant } from './mutant.js';

const HELD_LEASE = 'lib/core/held-lease.ts';

/** Mutants of the algorithm's time: until when a holder trusts its lease, and what it asks for. */
export const holderMutants: readonly Mutant[] = [
  {
    id: 'no-local-deadline',
    wrong: 'A holder whose renewals do not come back waits for ever, and never tells its body.',
    edits: [
      {
        file: 'lib/core/keep-alive.ts',
        find: `if (lease.trustedMs <= 0) lease.lose('deadline', blockedMs);`,
        replace: '',
      },
    ],
    killers: [simulation('P6', 'overlap'), model],
  },
  {
    id: 'trust-past-the-ttl',
    wrong: 'A holder trusts its lease for longer than the database does.',
    edits: [
      {
        file: 'lib/core/trust.ts',
        find: 'const TRUSTED_SHARE = 0.8;',
        replace: 'const TRUSTED_SHARE = 1.2;',
      },
    ],
    killers: [simulation('P6', 'overlap'), model],
  },
  {
    id: 'deadline-from-the-reply',
    wrong: 'A holder counts its lease from when the reply came, and not from when it asked.',
    edits: [
      {
        file: 'lib/core/coalescer.ts',
        find: 'resolve({ answer: answers[index]!, sent })',
        replace: 'resolve({ answer: answers[index]!, sent: sent && instantOf(this.#clock) })',
      },
    ],
    killers: [simulation('P6', 'overlap')],
  },
  {
    id: 'monotonic-clock-alone',
    wrong: 'A holder does not notice that its machine was suspended.',
    edits: [
      {
        file: 'lib/core/trust.ts',
        find: 'this.#deadline.wallAt - this.#clock.wallAt(),',
        replace: 'Infinity,',
      },
    ],
    killers: [simulation('P6', 'overlap'), model],
  },
  {
    id: 'failed-renewal-counts',
    wrong: 'A renewal that failed moves the deadline as one that succeeded.',
    edits: [
      {
        file: HELD_LEASE,
        find: `this.#tellFailure('renew', error);\n      throw error;`,
        replace: `this.#tellFailure('renew', error);
      this.#trust.confirm(instantOf(this.#parts.clock), ttlMs);
      throw error;`,
      },
    ],
    killers: [simulation('P6', 'overlap'), model],
  },
  {
    id: 'refused-renewal-ignored',
    wrong: 'A holder goes on although the database refused to renew its lease.',
    edits: [
      {
        file: HELD_LEASE,
        find: `if (!answer.renewed) return this.ended ? this.#parts.forget(this) : this.lose('refused');`,
        replace: 'if (!answer.renewed) return;',
      },
    ],
    killers: [simulation('P6', 'overlap'), model],
  },
  {
    id: 'late-end-not-lost',
    wrong: 'A run that blocked its event loop past its deadline says that nothing was lost.',
    edits: [
      {
        file: HELD_LEASE,
        find: `if (this.trustedMs <= 0) this.lose('deadline');`,
        replace: '',
      },
    ],
    killers: [simulation('lease'), spec('test/unit/core/lost', 'says that it was lost')],
  },
  {
    id: 'overrun-renewed',
    wrong: 'A run that is over its maxRuntime keeps its name for as long as it likes.',
    edits: [{ file: HELD_LEASE, find: 'this.#renewals.stop();', replace: '' }],
    killers: [simulation('lease'), model],
  },
];
