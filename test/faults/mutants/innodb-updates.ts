import { battery, contract, spec } from './killer.js';
import type { Mutant } from './mutant.js';

const DIALECT = 'lib/sql/dialects/innodb.dialect.ts';
const rowLocks = battery('mariadb', 'stranger', 'P1 grants', 'row locks');

const RENEWED = 'IF(locked_until > ${NOW}, ${NOW} + ${ttlMs}, 0)';
const STANDS = '`released_at IS NULL AND locked_until > ${NOW}`';
const RELEASE = `    yield this.#update(
      lockWaitMs,
      ordered,
      ({ holdAtLeastMs }) => holdAtLeastMs,
      (holdMs) => \`locked_until = IF(released_at IS NULL,
    GREATEST(LEAST(locked_until, \${STARTED}), acquired_at + \${holdMs}), locked_until),
  released_at = COALESCE(released_at, \${STARTED})\`,
    );`;

/** Mutants of how MariaDB and MySQL are told to renew, to release, and to look at a fence. */
export const innodbUpdateMutants: readonly Mutant[] = [
  {
    id: 'mariadb-update-without-owner',
    wrong: 'A release or a renewal counts for whoever has the name by now.',
    edits: [
      {
        file: DIALECT,
        find: "'lock_key = ? AND owner = ? AND fence = COALESCE(?, fence)'",
        replace: "'lock_key = ? AND (owner = ? OR fence > 0) AND (fence = ? OR fence > 0)'",
      },
    ],
    killers: [
      battery('mariadb', 'SIGSTOP', 'overlaps', 'P6 signals', 'losses'),
      contract('is not the holder'),
    ],
  },
  {
    id: 'mariadb-owner-nulled',
    wrong: 'A release forgets whose lease it ended, so the same release said twice reports a loss.',
    edits: [
      {
        file: DIALECT,
        find: '  released_at = COALESCE(released_at, ${STARTED})`,',
        replace: '  owner = NULL, released_at = COALESCE(released_at, ${STARTED})`,',
      },
    ],
    killers: [
      battery('mariadb', 'replies', 'losses', 'outcomes'),
      contract('said twice says the same'),
    ],
  },
  {
    id: 'mariadb-renew-after-expiry',
    wrong: 'A lease that has run out is renewed, if nobody has taken it yet.',
    edits: [
      { file: DIALECT, find: RENEWED, replace: '${NOW} + ${ttlMs}' },
      { file: DIALECT, find: STANDS, replace: '`released_at IS NULL`' },
    ],
    killers: [rowLocks, contract('is refused after the expiry')],
  },
  {
    id: 'mariadb-renew-by-its-start',
    wrong: 'A renewal that waited for its row looks at the expiry as it was before the wait.',
    edits: [
      { file: DIALECT, find: RENEWED, replace: RENEWED.replace('NOW', 'STARTED') },
      { file: DIALECT, find: STANDS, replace: STANDS.replace('NOW', 'STARTED') },
    ],
    killers: [
      rowLocks,
      spec('test/contract/waiting', 'does not revive a lease that expires meanwhile'),
    ],
  },
  {
    id: 'mariadb-renew-looks-once',
    wrong: 'A lease is renewed that expired while another row of its batch was waited for.',
    edits: [{ file: DIALECT, find: RENEWED, replace: '${NOW} + ${ttlMs}' }],
    killers: [
      spec('test/contract/waiting', 'if only the row of another lease of its batch is locked'),
    ],
  },
  {
    id: 'mariadb-row-deleted',
    wrong: 'A release deletes the row, and with it the last tick and the fence.',
    edits: [
      {
        file: DIALECT,
        find: RELEASE,
        replace: `    yield this.statement(
      lockWaitMs,
      \`DELETE FROM \${this.table} WHERE \${repeat(ordered, '(lock_key = ? AND owner = ?)', ' OR ')}\`,
      ordered.flatMap(({ key, request }) => [key, request.owner]),
    );`,
      },
    ],
    killers: [battery('mariadb', 'race', 'P1 grants'), contract('keeps its fence')],
  },
  {
    id: 'mariadb-force-keeps-fence',
    wrong: 'A forced release keeps the fence, which is then as new as before.',
    edits: [
      { file: DIALECT, find: 'fence = GREATEST(fence + 1, ${NOW}),', replace: 'fence = fence,' },
    ],
    killers: [battery('mariadb', 'forced', 'P2 fences'), contract('raises the fence')],
  },
  {
    id: 'mariadb-unsorted-batches',
    wrong: 'Two batches that overlap lock their rows in different orders, and wait for each other.',
    edits: [
      {
        file: 'lib/sql/lock-key.ts',
        find: '.sort((a, b) => (a.key < b.key ? -1 : 1))',
        replace: '',
      },
    ],
    killers: [
      battery('mariadb', 'stranger', 'deadlocks'),
      spec('test/contract/races', 'never block each other', 'without a deadlock'),
    ],
  },
  {
    id: 'mariadb-fence-by-select',
    wrong: 'The fence is read and not locked: a newer grant slips in before the COMMIT.',
    edits: [
      {
        file: DIALECT,
        find: 'AND released_at IS NULL FOR UPDATE`',
        replace: 'AND released_at IS NULL`',
      },
    ],
    killers: [
      battery('mariadb', 'SIGSTOP,blocked', 'P3 fenced writes'),
      spec(
        'test/contract/fencing',
        'keeps the name from being granted between its check and its COMMIT',
      ),
    ],
  },
];
