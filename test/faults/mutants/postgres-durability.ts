import { spec } from './killer.js';
import type { Mutant } from './mutant.js';

const VERBS = 'lib/sql/dialects/postgres.verbs.ts';
const SPEC = 'test/contract/durability';

/** Mutants of what a crash of the server may undo. */
export const postgresDurabilityMutants: readonly Mutant[] = [
  {
    id: 'postgres-grant-unawaited',
    wrong: 'A grant is told before it is on the disk, and is made again after a crash.',
    edits: [
      {
        file: VERBS,
        find: `FROM seen WHERE refused\`,
  );`,
        replace: `FROM seen WHERE refused\`,
    UNAWAITED,
  );`,
      },
    ],
    killers: [spec(SPEC, 'waits for the disk where it grants or renews')],
  },
  {
    id: 'postgres-grant-beside-a-loss-unawaited',
    wrong: 'Of a batch in which one name was lost, none waits for the disk.',
    edits: [{ file: VERBS, find: 'HAVING NOT bool_or(', replace: 'HAVING NOT bool_and(' }],
    killers: [spec(SPEC, 'waits where two of three were granted')],
  },
  {
    id: 'postgres-renewal-unawaited',
    wrong: 'A holder believes in a renewal that a crash undoes, and the name is granted meanwhile.',
    edits: [
      {
        file: VERBS,
        find: `RETURNING l.lock_key, l.locked_until\`,
  );`,
        replace: `RETURNING l.lock_key, l.locked_until\`,
    UNAWAITED,
  );`,
      },
    ],
    killers: [spec(SPEC, 'waits for the disk where it grants or renews')],
  },
  {
    id: 'postgres-repeated-grant-unawaited',
    wrong: 'Who asks again after a lost reply is told of a grant that a crash undoes.',
    edits: [
      {
        file: VERBS,
        find: 'HAVING NOT bool_or(u.owner = s.owner)',
        replace: 'HAVING NOT bool_or(u.owner = s.owner AND u.fence IS DISTINCT FROM s.fence)',
      },
    ],
    killers: [spec(SPEC, 'waits where who holds a name asks again')],
  },
  {
    id: 'postgres-forced-release-unawaited',
    wrong: 'A crash undoes a forced release that an operator was told of.',
    edits: [
      {
        file: 'lib/sql/dialects/postgres.dialect.ts',
        find: "${configured('$4')}\nUPDATE",
        replace: "${configured('$4', `set_config('synchronous_commit', 'off', true)`)}\nUPDATE",
      },
    ],
    killers: [spec(SPEC, 'waits where a grant is ended by force')],
  },
];
