import { battery, contract, model, simulation, spec } from './killer.js';
import type { Mutant } from './mutant.js';

const SQLITE = 'lib/sql/dialects/sqlite.dialect.ts';
const MEMORY = 'lib/core/memory-lock-store.ts';

/** The contract of the port, on the memory store. */
function memory(...notices: readonly string[]) {
  return spec('test/contract/memory', ...notices);
}

/** Mutants of what SQLite is told. */
const sqlite: readonly Mutant[] = [
  {
    id: 'sqlite-decided-by-the-select',
    wrong: 'Whoever read the name to be free takes it, although another process won in between.',
    edits: [
      {
        file: SQLITE,
        find: `  owner = CASE WHEN \${GRANTED} THEN excluded.owner ELSE l.owner END,
  instance = CASE WHEN \${GRANTED} THEN excluded.instance ELSE l.instance END,
  fence = CASE WHEN \${FREE} THEN max(l.fence + 1, \${NOW}) ELSE l.fence END,
  acquired_at = CASE WHEN \${FREE} THEN \${NOW} ELSE l.acquired_at END,
  locked_until = CASE WHEN \${GRANTED} THEN max(l.locked_until, excluded.locked_until)
    ELSE l.locked_until END,
  released_at = CASE WHEN \${GRANTED} THEN NULL ELSE l.released_at END,`,
        replace: `  owner = excluded.owner,
  instance = excluded.instance,
  fence = CASE WHEN \${MINE} THEN l.fence ELSE max(l.fence + 1, \${NOW}) END,
  acquired_at = CASE WHEN \${MINE} THEN l.acquired_at ELSE \${NOW} END,
  locked_until = excluded.locked_until,
  released_at = NULL,`,
      },
    ],
    killers: [
      battery('sqlite', 'race', 'P1 grants'),
      spec('test/contract/races', 'have one winner'),
    ],
  },
  {
    id: 'sqlite-renew-after-expiry',
    wrong: 'A lease that has run out is renewed, if nobody has taken it yet.',
    edits: [
      {
        file: SQLITE,
        find: 'AND l.released_at IS NULL AND l.locked_until > ${NOW}\nRETURNING',
        replace: 'AND l.released_at IS NULL\nRETURNING',
      },
    ],
    killers: [battery('sqlite', 'stranger', 'P1 grants'), contract('is refused after the expiry')],
  },
  {
    id: 'sqlite-extended-lease-shortened',
    wrong:
      'An acquire that arrives again ends a lease before its holder, who extended it, expects.',
    edits: [
      {
        file: SQLITE,
        find: 'THEN max(l.locked_until, excluded.locked_until)',
        replace: 'THEN excluded.locked_until',
      },
    ],
    killers: [contract('shortens no lease that was extended')],
  },
  {
    id: 'sqlite-fence-unchecked',
    wrong: 'A fenced transaction commits whoever has been granted the name since.',
    edits: [
      {
        file: SQLITE,
        find: 'AND released_at IS NULL RETURNING fence`,\n      parameters: [lockKey(name), owner, fence],\n    };\n    return rows.length > 0;',
        replace:
          'AND released_at IS NULL RETURNING fence`,\n      parameters: [lockKey(name), owner, fence],\n    };\n    return rows.length >= 0;',
      },
    ],
    killers: [
      battery('sqlite', 'SIGSTOP,blocked', 'P3 fenced writes'),
      spec('test/contract/fencing', 'commits nothing after'),
    ],
  },
  {
    id: 'sqlite-inside-their-transaction',
    wrong:
      'An acquire becomes part of the open transaction of the application, and of its rollback.',
    edits: [
      {
        file: 'lib/sql/open-lock-store.ts',
        find: `const dedicated = connection === 'dedicated' && !mustShare(shared);`,
        replace: `const dedicated = connection !== 'dedicated' && !mustShare(shared);`,
      },
      {
        file: 'lib/sql/connections/sqlite.connection.ts',
        find: `if (place === 'shared' && database.inTransaction) throw new OwnTransactionError();`,
        replace: '',
      },
    ],
    killers: [
      battery('sqlite', 'stranger', 'outcomes'),
      spec('test/contract/transactions', 'keeps a lock from being taken'),
    ],
  },
];

/** Mutants of the store without a database, in which the terms of the contract can be read. */
const inMemory: readonly Mutant[] = [
  {
    id: 'memory-granted-early',
    wrong: 'A name is granted a tenth of a second before its lease is over.',
    edits: [
      {
        file: MEMORY,
        find: '(row.lockedUntil <= nowAt &&',
        replace: '(row.lockedUntil - 100 <= nowAt &&',
      },
    ],
    killers: [simulation('memory')],
  },
  {
    id: 'memory-renew-after-expiry',
    wrong: 'A lease that has run out is renewed, if nobody has taken it yet.',
    edits: [{ file: MEMORY, find: ' || row.lockedUntil <= nowAt) return', replace: ') return' }],
    killers: [simulation('memory'), memory('is refused after the expiry')],
  },
  {
    id: 'memory-extended-lease-shortened',
    wrong:
      'An acquire that arrives again ends a lease before its holder, who extended it, expects.',
    edits: [
      {
        file: MEMORY,
        find: 'const lockedUntil = Math.max(row?.lockedUntil ?? 0, nowAt + ttlMs);',
        replace: 'const lockedUntil = nowAt + ttlMs;',
      },
    ],
    killers: [memory('shortens no lease that was extended')],
  },
  {
    id: 'memory-force-keeps-fence',
    wrong: 'A forced release keeps the fence, which is then as new as before.',
    edits: [{ file: MEMORY, find: 'fence: Math.max(fence + 1, nowAt) };', replace: 'fence };' }],
    killers: [model, memory('raises the fence')],
  },
];

export const embeddedMutants = [...sqlite, ...inMemory];
