import { battery, contract, spec } from './killer.js';
import type { Mutant } from './mutant.js';

const DIALECT = 'lib/sql/dialects/postgres.dialect.ts';
const VERBS = 'lib/sql/dialects/postgres.verbs.ts';
const rowLocks = battery('postgres', 'stranger', 'P1 grants', 'row locks');

/** Mutants of the clock that decides. */
const clocks: readonly Mutant[] = [
  {
    id: 'postgres-client-clock',
    wrong: 'Each instance decides by its own clock.',
    edits: [
      {
        file: VERBS,
        find: `const NOW = "(date_part('epoch', clock_timestamp()) * 1000)::bigint";`,
        replace: 'const NOW = { toString: () => `(${Date.now()})::bigint` } as unknown as string;',
      },
      // Its texts are made once, and so would keep the time of its start.
      ...['acquire', 'renew', 'release'].map((verb) => ({
        file: DIALECT,
        find: `this.#${verb} = ${verb}Statement(table);`,
        replace: `this.#${verb} = (batch, waitMs) => ${verb}Statement(table)(batch, waitMs);`,
      })),
    ],
    killers: [battery('postgres', 'wall', 'P1 grants', 'P6 signals')],
  },
  {
    id: 'postgres-now',
    wrong: 'now() is the past after a wait for a row: leases are granted that have run out.',
    edits: [{ file: VERBS, find: 'clock_timestamp()', replace: 'now()' }],
    killers: [rowLocks, spec('test/contract/waiting', 'counts a lease from when it got the row')],
  },
  {
    id: 'postgres-renew-after-expiry',
    wrong: 'A lease that has run out is renewed, if nobody has taken it yet.',
    edits: [
      {
        file: VERBS,
        find: 'WHERE l.lock_key = k.lock_key AND l.locked_until > t.now',
        replace: 'WHERE l.lock_key = k.lock_key',
      },
    ],
    killers: [rowLocks, contract('is refused after the expiry')],
  },
  {
    id: 'postgres-renew-by-its-start',
    wrong: 'A renewal that waited for its row looks at the expiry as it was before the wait.',
    edits: [
      {
        file: VERBS,
        find: `t.now + k.ttl_ms)
FROM locked k CROSS JOIN LATERAL (SELECT \${NOW} AS now, k.lock_key OFFSET 0) t`,
        replace: `t.now + k.ttl_ms)
FROM locked k CROSS JOIN LATERAL (SELECT
  (date_part('epoch', statement_timestamp()) * 1000)::bigint AS now, k.lock_key OFFSET 0) t`,
      },
    ],
    killers: [
      rowLocks,
      spec('test/contract/waiting', 'does not revive a lease that expires meanwhile'),
    ],
  },
];

/** Mutants of who is granted, and who may end it. */
const decisions: readonly Mutant[] = [
  {
    id: 'postgres-prefilter-alone',
    wrong:
      'The decision is not made again on the locked row: all who passed the filter are granted.',
    edits: [
      {
        file: VERBS,
        find: 'l.name = EXCLUDED.name AND l.locked_until <= now',
        replace: 'l.name = EXCLUDED.name AND now IS NOT NULL',
      },
    ],
    killers: [
      battery('postgres', 'race', 'P1 grants'),
      spec('test/contract/races', 'have one winner'),
    ],
  },
  {
    id: 'postgres-free-too-late',
    wrong: 'A name is refused for a while after its lease has ended.',
    edits: [
      {
        file: VERBS,
        find: 'AND (h.locked_until > now OR',
        replace: 'AND (h.locked_until > now - 500 OR',
      },
    ],
    killers: [battery('postgres', 'SIGSTOP', 'P4 refusals')],
  },
  {
    id: 'postgres-release-without-owner',
    wrong: 'A release ends the lease of whoever has the name by now.',
    edits: [
      {
        file: VERBS,
        find: 'ON l.lock_key = r.lock_key AND l.owner = r.owner AND (r.fence IS NULL OR l.fence = r.fence)',
        replace: 'ON l.lock_key = r.lock_key',
      },
    ],
    killers: [
      battery('postgres', 'SIGSTOP', 'overlaps', 'P6 signals', 'losses'),
      contract('is not the holder'),
    ],
  },
  {
    id: 'postgres-owner-nulled',
    wrong: 'A release forgets whose lease it ended, so the same release said twice reports a loss.',
    edits: [
      {
        file: VERBS,
        find: `  released_at = COALESCE(l.released_at, t.now),`,
        replace: `  owner = NULL, released_at = COALESCE(l.released_at, t.now),`,
      },
    ],
    killers: [
      battery('postgres', 'replies', 'losses', 'outcomes'),
      contract('said twice says the same'),
    ],
  },
  {
    id: 'postgres-fence-reset',
    wrong: 'A release sets the fence back.',
    edits: [
      {
        file: VERBS,
        find: `  released_at = COALESCE(l.released_at, t.now),`,
        replace: `  fence = 1, released_at = COALESCE(l.released_at, t.now),`,
      },
    ],
    killers: [battery('postgres', 'race', 'P2 fences'), contract('keeps its fence')],
  },
  {
    id: 'postgres-row-deleted',
    wrong: 'A release deletes the row, and with it the last tick and the fence.',
    edits: [
      {
        file: VERBS,
        find: `UPDATE \${table} l SET
  released_at = COALESCE(l.released_at, t.now),
  locked_until = CASE WHEN l.released_at IS NULL
    THEN GREATEST(LEAST(l.locked_until, t.now), l.acquired_at + k.hold_ms)
    ELSE l.locked_until END
FROM locked k CROSS JOIN LATERAL (SELECT \${NOW} AS now, k.lock_key OFFSET 0) t
WHERE l.lock_key = k.lock_key
RETURNING l.lock_key, l.locked_until, l.released_at`,
        replace: `DELETE FROM \${table} l
USING locked k CROSS JOIN LATERAL (SELECT \${NOW} AS now, k.lock_key OFFSET 0) t
WHERE l.lock_key = k.lock_key
RETURNING l.lock_key, l.locked_until, t.now AS released_at`,
      },
    ],
    killers: [battery('postgres', 'race', 'P1 grants'), contract('keeps its fence')],
  },
  {
    id: 'postgres-tick-guard-missing',
    wrong: 'A tick that was granted is granted again to an instance whose clock is behind.',
    edits: [
      { file: VERBS, find: ' OR h.last_tick >= r.tick', replace: '' },
      {
        file: VERBS,
        find: `
          AND (EXCLUDED.last_tick IS NULL OR l.last_tick IS NULL OR l.last_tick < EXCLUDED.last_tick)`,
        replace: '',
      },
    ],
    killers: [
      battery('postgres', 'wall', 'P5 ticks'),
      contract('is granted once, also after its run'),
    ],
  },
  {
    id: 'postgres-duplicate-granted',
    wrong: 'An acquire that arrives after its own release is granted to an owner who has gone.',
    edits: [
      {
        file: VERBS,
        find: 'l.owner IS NOT DISTINCT FROM EXCLUDED.owner AND l.released_at IS NULL AS mine',
        replace: 'l.owner IS NOT DISTINCT FROM EXCLUDED.owner AS mine',
      },
      {
        file: VERBS,
        find: 'NOT (h.owner IS NOT DISTINCT FROM r.owner AND h.released_at IS NULL)',
        replace: 'NOT (h.owner IS NOT DISTINCT FROM r.owner)',
      },
    ],
    killers: [contract('refuses a duplicate of an acquire')],
  },
  {
    id: 'postgres-extended-lease-shortened',
    wrong:
      'An acquire that arrives again ends a lease before its holder, who extended it, expects.',
    edits: [
      {
        file: VERBS,
        find: `GREATEST(l.locked_until, now + (EXCLUDED.locked_until - EXCLUDED.acquired_at))`,
        replace: 'now + (EXCLUDED.locked_until - EXCLUDED.acquired_at)',
      },
    ],
    killers: [contract('shortens no lease that was extended')],
  },
  {
    id: 'postgres-force-keeps-fence',
    wrong: 'A forced release keeps the fence, which is then as new as before.',
    edits: [
      { file: DIALECT, find: 'fence = GREATEST(fence + 1, ${NOW}),', replace: 'fence = fence,' },
    ],
    killers: [battery('postgres', 'forced', 'P2 fences'), contract('raises the fence')],
  },
  {
    id: 'postgres-unsorted-batches',
    wrong: 'Two batches that overlap lock their rows in different orders, and wait for each other.',
    edits: [
      { file: VERBS, find: '\n  ORDER BY lock_key COLLATE "C"', replace: '' },
      {
        file: 'lib/sql/lock-key.ts',
        find: '.sort((a, b) => (a.key < b.key ? -1 : 1))',
        replace: '',
      },
    ],
    killers: [
      battery('postgres', 'stranger', 'deadlocks'),
      spec('test/contract/races', 'never block each other', 'without a deadlock'),
    ],
  },
];

export const postgresMutants = [...clocks, ...decisions];
