import { battery, contract, spec } from './killer.js';
import type { Mutant } from './mutant.js';

const MARIADB = 'lib/sql/dialects/mariadb.dialect.ts';
const UPSERT = 'lib/sql/dialects/innodb.upsert.ts';
const races = battery('mariadb', 'race', 'P1 grants', 'P2 fences', 'outcomes');

const LOCKED_UNTIL = `locked_until = IF(\${GRANTED},
    GREATEST(locked_until, \${NOW} + (VALUES(locked_until) - VALUES(acquired_at))), locked_until)`;
const OWNER = 'owner = IF(${GRANTED}, VALUES(owner), owner),';

/** Mutants of how MariaDB and MySQL are told to grant. */
export const innodbGrantMutants: readonly Mutant[] = [
  {
    id: 'mariadb-sysdate-in-conditions',
    wrong:
      'A lease that ends within the statement is over for some of its IFs, and not for others.',
    edits: [
      {
        file: UPSERT,
        find: 'AND locked_until <= ${STARTED}',
        replace: 'AND locked_until <= ${NOW}',
      },
    ],
    killers: [
      races,
      spec('test/contract/races', 'are granted one after the other, with rising fences'),
    ],
  },
  {
    id: 'mariadb-granted-by-its-start',
    wrong:
      'An acquire that waited for its row is granted a lease that counts from before the wait.',
    edits: [
      { file: UPSERT, find: LOCKED_UNTIL, replace: LOCKED_UNTIL.replace('NOW', 'STARTED') },
      {
        file: UPSERT,
        find: 'acquired_at = IF(${FREE}, ${NOW}, acquired_at)',
        replace: 'acquired_at = IF(${FREE}, ${STARTED}, acquired_at)',
      },
    ],
    killers: [
      battery('mariadb', 'stranger', 'P1 grants', 'row locks'),
      spec('test/contract/waiting', 'counts a lease from when it got the row'),
    ],
  },
  {
    id: 'mariadb-locked-until-first',
    wrong: 'The lease is written before the fence, which then finds the name taken and stays.',
    edits: [
      {
        file: UPSERT,
        find: '  fence = IF(${FREE}, GREATEST',
        replace: `  ${LOCKED_UNTIL},\n  fence = IF(\${FREE}, GREATEST`,
      },
      { file: UPSERT, find: `last_tick),\n  ${LOCKED_UNTIL}`, replace: 'last_tick)' },
    ],
    killers: [races, contract('grants again right after a release')],
  },
  {
    id: 'mariadb-owner-first',
    wrong:
      'The owner is written before the fence, which then takes a new grant for a repeated one.',
    edits: [
      { file: UPSERT, find: `  ${OWNER}\n`, replace: '' },
      {
        file: UPSERT,
        find: '  fence = IF(${FREE}, GREATEST',
        replace: `  ${OWNER}\n  fence = IF(\${FREE}, GREATEST`,
      },
    ],
    killers: [races, contract('grants again right after a release')],
  },
  {
    id: 'mariadb-tick-guard-missing',
    wrong: 'A tick that was granted is granted again to an instance whose clock is behind.',
    edits: [
      {
        file: UPSERT,
        find: `
    AND (VALUES(last_tick) IS NULL OR last_tick IS NULL OR last_tick < VALUES(last_tick))`,
        replace: '',
      },
    ],
    killers: [
      battery('mariadb', 'wall', 'P5 ticks'),
      contract('is granted once, also after its run'),
    ],
  },
  {
    id: 'mariadb-duplicate-granted',
    wrong: 'An acquire that arrives after its own release is granted to an owner who has gone.',
    edits: [
      {
        file: UPSERT,
        find: "'owner = VALUES(owner) AND released_at IS NULL'",
        replace: "'owner = VALUES(owner)'",
      },
    ],
    killers: [contract('refuses a duplicate of an acquire')],
  },
  {
    id: 'mysql-winner-by-affected-rows',
    wrong: 'Whoever affected a row is taken for the winner, which a held one counts as, too.',
    edits: [
      {
        file: 'lib/sql/dialects/mysql.dialect.ts',
        find: '    yield this.over(batch, lockWaitMs, text, parameters);',
        replace: '    const [done] = yield this.over(batch, lockWaitMs, text, parameters);',
      },
      {
        file: 'lib/sql/dialects/mysql.dialect.ts',
        find: 'return answersOf(batch, rows);',
        replace: `const owner = batch[0]?.owner;
    const isWinner = Number(done?.['affected']) > 0;
    return answersOf(batch, isWinner ? rows.map((row) => ({ ...row, owner })) : rows);`,
      },
    ],
    killers: [races, contract('refuses a second holder')],
  },
  {
    id: 'mariadb-extended-lease-shortened',
    wrong:
      'An acquire that arrives again ends a lease before its holder, who extended it, expects.',
    edits: [
      {
        file: UPSERT,
        find: LOCKED_UNTIL,
        replace:
          'locked_until = IF(${GRANTED}, ${NOW} + VALUES(locked_until) - VALUES(acquired_at), locked_until)',
      },
    ],
    killers: [contract('shortens no lease that was extended')],
  },
  {
    id: 'mariadb-delete-and-insert',
    wrong: 'A name that is free is deleted and inserted anew, without its last tick and its fence.',
    edits: [
      {
        file: MARIADB,
        find: 'const rows = yield this.over(batch, lockWaitMs, `${text}',
        replace: `const members = batch.map(({ name }) => lockKey(name));
    const among = members.map(() => '?').join(', ');
    yield this.statement(
      lockWaitMs,
      \`DELETE FROM \${this.table} WHERE locked_until <= \${NOW} AND lock_key IN (\${among})\`,
      members,
    );
    const rows = yield this.over(batch, lockWaitMs, \`\${text}`,
      },
      {
        file: MARIADB,
        find: 'import { answersOf, upsert',
        replace: "import { lockKey } from '../lock-key.js';\nimport { answersOf, upsert",
      },
    ],
    killers: [
      battery('mariadb', 'race', 'P1 grants'),
      contract('is granted once, also after its run'),
    ],
  },
];
