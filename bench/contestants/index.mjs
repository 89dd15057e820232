import { advisoryLock } from './advisory-lock.mjs';
import { cronFire } from './cron.mjs';
import { marathon } from './marathon.mjs';
import { medusa } from './medusa.mjs';
import { murlock } from './murlock.mjs';
import { rawMariadb, rawMariadbPrepared } from './raw-mariadb.mjs';
import {
  rawGrantAwaited,
  rawOneByOne,
  rawOneByOneUnawaited,
  rawPool,
  rawPoolUnawaited,
  rawPrepared,
  rawRead,
  rawTypeOrm,
  rawUnawaited,
  rawUnnamed,
} from './raw-postgres.mjs';
import { rawRedis } from './raw-redis.mjs';
import { rawSqlite } from './raw-sqlite.mjs';
import { redlockUniversal } from './redlock-universal.mjs';
import { sesamecareRedlock } from './sesamecare-redlock.mjs';
import { ourStatements } from './statements.mjs';

const inFull = 'nestjs-marathon, `preparedStatements: false`';

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
    rawUnawaited,
    rawUnnamed,
    rawTypeOrm,
    ourStatements,
    marathon('postgres'),
    marathon('postgres', { options: { preparedStatements: false } }, inFull),
    medusa,
    advisoryLock,
  ],
  redis: [rawRedis, redlockUniversal, sesamecareRedlock, murlock],
  mariadb: [rawMariadb, rawMariadbPrepared, marathon('mariadb')],
  sqlite: [rawSqlite, marathon('sqlite')],
};

/** What is a skip, but of no name that can be taken. */
export const skips = { postgres: [cronFire, rawRead] };

/**
 * At 64 names at once. A lone connection takes them one by one; the raw lock has a pool of ten too. What
 * is on Redis stands beside those on PostgreSQL.
 */
export const crowds = {
  ...contestants,
  postgres: [
    rawOneByOne,
    rawOneByOneUnawaited,
    rawPool,
    rawPoolUnawaited,
    marathon('postgres'),
    medusa,
    advisoryLock,
    ...contestants.redis.map((contestant) => ({ ...contestant, on: 'redis' })),
  ],
};

/** On one connection each, so that 64 of a kind find room on a server. */
export const contenders = {
  postgres: [
    rawPrepared,
    rawGrantAwaited,
    marathon('postgres', { options: { connection: 'shared' }, source: { poolSize: 1 } }),
    medusa,
  ],
  redis: contestants.redis,
};
