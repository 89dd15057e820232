import { refusal, type AcquireAnswer, type AcquireRequest } from '../../core/lock-store.js';
import { answersInOrder, inKeyOrder } from '../lock-key.js';
import { grantOf, keyOf, type Row, type Statement } from './dialect.js';
import { leaseOf, takenOf } from './innodb.rows.js';
import { NOW, repeat, STARTED, UTF8, utf8 } from './innodb.text.js';

/** In ON DUPLICATE KEY UPDATE a bare column is the row's, and VALUES() what is asked for. */
const MINE = 'owner = VALUES(owner) AND released_at IS NULL';
const FREE = `COALESCE(owner, 'nobody') <> VALUES(owner) AND name = VALUES(name)
    AND locked_until <= ${STARTED}
    AND (VALUES(last_tick) IS NULL OR last_tick IS NULL OR last_tick < VALUES(last_tick))`;
const GRANTED = `${MINE} OR ${FREE}`;

/**
 * Takes the names that are mine or free. Who won is told by the owner in the row: counts of affected
 * rows and insert ids depend on the driver's flags and on triggers.
 *
 * Assignments are made from left to right, and a later one sees what an earlier one wrote. In this
 * order each takes the same decision: `released_at` leaves *mine* as it was, and *free* does not
 * look at it; and once `owner` is written too, *mine* is true of what was granted, and of nothing
 * else. With `owner` first, a name that was released would be granted by halves.
 *
 * A tick ahead of the clock asks with owner NULL, which is neither mine nor free. If the name is
 * new it leaves a row that counts as never taken: with fence 0, expired in 1970. (In VALUES a column
 * is what was given for it further left.)
 *
 * MySQL calls VALUES() deprecated, and all its versions have it. The alias that it wants instead is
 * unknown to MariaDB.
 */
export function upsert(table: string, batch: readonly AcquireRequest[]): Statement {
  const member = `(?, ${UTF8}, ${UTF8}, IF(? > ${STARTED}, NULL, ?), IF(owner IS NULL, NULL, ?),
  IF(owner IS NULL, 0, ${NOW}), fence, fence + ?)`;
  return {
    text: `INSERT INTO ${table}
  (lock_key, name, instance, owner, last_tick, fence, acquired_at, locked_until)
VALUES ${repeat(batch, member)}
ON DUPLICATE KEY UPDATE
  fence = IF(${FREE}, GREATEST(fence + 1, ${NOW}), fence),
  acquired_at = IF(${FREE}, ${NOW}, acquired_at),
  instance = IF(${GRANTED}, VALUES(instance), instance),
  released_at = IF(${GRANTED}, NULL, released_at),
  owner = IF(${GRANTED}, VALUES(owner), owner),
  last_tick = IF(${GRANTED}, COALESCE(VALUES(last_tick), last_tick), last_tick),
  locked_until = IF(${GRANTED},
    GREATEST(locked_until, ${NOW} + (VALUES(locked_until) - VALUES(acquired_at))), locked_until)`,
    parameters: inKeyOrder(batch).flatMap(({ key, request }) => [
      key,
      utf8(request.name),
      utf8(request.instance),
      request.tick?.notBeforeAt ?? null,
      request.owner,
      request.tick?.at ?? null,
      request.ttlMs,
    ]),
  };
}

/** What the rows say of a batch, read with their owners and the present. */
export function answersOf(batch: readonly AcquireRequest[], rows: readonly Row[]): AcquireAnswer[] {
  return answersInOrder(batch, rows, keyOf, (request, row): AcquireAnswer => {
    const lease = leaseOf(row, request);
    return lease ? grantOf(lease) : refusal(request, row && takenOf(row), Number(row?.['now']));
  });
}
