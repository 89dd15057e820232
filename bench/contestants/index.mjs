import { advisoryLock } from './advisory-lock.mjs';
import { marathon } from './marathon.mjs';
import { medusa } from './medusa.mjs';
import { murlock } from './murlock.mjs';
import { rawMariadb, rawMariadbPrepared } from './raw-mariadb.mjs';
import { rawPool, rawPrepared, rawRead, rawTypeOrm, rawUnnamed } from './raw-postgres.mjs';
import { rawRedis } from './raw-redis.mjs';
import { rawSqlite } from './raw-sqlite.mjs';
import { redlockUniversal } from './redlock-universal.mjs';
import { sesamecareRedlock } from './sesamecare-redlock.mjs';
import { ourStatements } from './statements.mjs';

/**
 * Who is measured on which server: ours, the least that a lock can do there (`raw…`), and what a
 * user would pick instead. The first is what the others are compared with.
 *
 * Each is opened on a server, and then takes a name (`undefined` if somebody else has it) and gives
 * it back.
 */
export const contestants = {
  postgres: [
    rawPrepared,
    rawUnnamed,
    rawTypeOrm,
    ourStatements,
    marathon('postgres'),
    medusa,
    advisoryLock,
  ],
  redis: [rawRedis, redlockUniversal, sesamecareRedlock, murlock],
  mariadb: [rawMariadb, rawMariadbPrepared, marathon('mariadb')],
  sqlite: [rawSqlite, marathon('sqlite')],
};

/** What can stand for a skip, but not take a name. */
export const readers = { postgres: [rawRead] };

/** At 64 names at once, what can use more than one connection has a pool of ten. */
export const crowds = {
  ...contestants,
  postgres: [rawPool, marathon('postgres'), medusa, advisoryLock],
};

/** On one connection each, so that 64 of a kind find room on a server. */
export const contenders = {
  postgres: [
    rawPrepared,
    marathon('postgres', { options: { connection: 'shared' }, source: { poolSize: 1 } }),
    medusa,
  ],
  redis: contestants.redis,
};
