import { battery, spec } from './killer.js';
import type { Mutant } from './mutant.js';

const DIALECT = 'lib/sql/dialects/postgres.dialect.ts';
const fenced = [
  battery('postgres', 'SIGSTOP,blocked', 'P3 fenced writes'),
  spec(
    'test/contract/fencing',
    'keeps the name from being granted between its check and its COMMIT',
  ),
];

/** Mutants of the fenced transaction, and of the connections. */
export const transactionMutants: readonly Mutant[] = [
  {
    id: 'postgres-fence-by-select',
    wrong: 'The fence is read and not locked: a newer grant slips in before the COMMIT.',
    edits: [
      {
        file: DIALECT,
        find: '  AND l.released_at IS NULL\nFOR NO KEY UPDATE OF l`',
        replace: '  AND l.released_at IS NULL`',
      },
    ],
    killers: fenced,
  },
  {
    id: 'postgres-fence-for-key-share',
    wrong: 'The fence is locked in a way that no grant waits for.',
    edits: [
      {
        file: DIALECT,
        find: '  AND l.released_at IS NULL\nFOR NO KEY UPDATE OF l`',
        replace: '  AND l.released_at IS NULL\nFOR KEY SHARE OF l`',
      },
    ],
    killers: fenced,
  },
  {
    id: 'fence-checked-first-alone',
    wrong: 'The fence is checked before the work, and let go until its COMMIT.',
    edits: [
      {
        file: 'lib/sql/fenced-transactions.ts',
        find: `      await runner.startTransaction('READ COMMITTED');
      const value = await work(runner.manager);`,
        replace: `      await runner.startTransaction('READ COMMITTED');
      if (!(await this.#check(runner, request))) throw new Error('superseded');
      await runner.commitTransaction();
      await runner.startTransaction('READ COMMITTED');
      const value = await work(runner.manager);`,
      },
      {
        file: 'lib/sql/fenced-transactions.ts',
        find: `      assertNoneInside(runner);
      return await this.#end(runner, request, value);`,
        replace: `      assertNoneInside(runner);
      await runner.commitTransaction();
      return { committed: true, value };`,
      },
    ],
    killers: fenced,
  },
  {
    id: 'postgres-shared-pool',
    wrong: 'Leases are renewed over the pool of the application, which a job has emptied.',
    edits: [
      {
        file: 'lib/sql/open-lock-store.ts',
        find: `const dedicated = connection === 'dedicated' && !mustShare(shared);`,
        replace: `const dedicated = connection !== 'dedicated' && !mustShare(shared);`,
      },
    ],
    killers: [spec('test/e2e/saturated-pool', 'keeps its lease')],
  },
  {
    id: 'late-call-not-cut-off',
    wrong: 'A connection that went silent is kept, and soon the pool has no other.',
    edits: [
      {
        file: 'lib/sql/typeorm-lock-store.ts',
        find: '        connection?.destroy();\n',
        replace: '',
      },
    ],
    killers: [spec('test/contract/network', 'keeps no connection that went silent')],
  },
];
