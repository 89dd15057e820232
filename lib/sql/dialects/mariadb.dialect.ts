import type { FenceRequest } from '../../core/fenced-transactions.js';
import {
  refusal,
  type AcquireAnswer,
  type AcquireRequest,
  type ForceReleaseAnswer,
  type ForceReleaseRequest,
  type ListRequest,
  type LockRecord,
  type ReleaseAnswer,
  type ReleaseRequest,
  type RenewAnswer,
  type RenewRequest,
  type SeenLock,
} from '../../core/lock-store.js';
import { answersInOrder, inKeyOrder, lockKey, type Keyed } from '../lock-key.js';
import { UnsupportedDatabaseError } from '../sql.errors.js';
import {
  emptyProbes,
  forceReleaseOf,
  grantOf,
  keyOf,
  RECORD,
  recordOf,
  seenInOrder,
  seenOf,
  type Dialect,
  type Exchange,
  type Row,
  type Statement,
} from './dialect.js';
import { diagnoseMariadb } from './mariadb.diagnosis.js';
import { epochMs, repeat, statement, UTF8, utf8 } from './mariadb.statement.js';

/** The statement's start, the same wherever it is mentioned: so the conditions agree. */
const STARTED = epochMs('UTC_TIMESTAMP(3)');
/** The present, also after a wait for a row, which UTC_TIMESTAMP does not notice. */
const NOW = epochMs('SYSDATE(3)');

const COLUMNS = ['lock_key', ...RECORD].join(', ');
/** A read waits for no row, so its start is the present. */
const SEEN = `${COLUMNS}, ${STARTED} AS now`;

/** In ON DUPLICATE KEY UPDATE a bare column is the row's, and VALUES() what is asked for. */
const MINE = 'owner = VALUES(owner) AND released_at IS NULL';
const FREE = `COALESCE(owner, 'nobody') <> VALUES(owner) AND name = VALUES(name)
    AND locked_until <= ${STARTED}
    AND (VALUES(last_tick) IS NULL OR last_tick IS NULL OR last_tick < VALUES(last_tick))`;
const GRANTED = `${MINE} OR ${FREE}`;

/** MariaDB 10.5 and later. */
export class MariadbDialect implements Dialect {
  readonly diagnose = diagnoseMariadb;
  readonly #table: string;

  constructor(table: string) {
    this.#table = table;
  }

  /**
   * An upsert, whose RETURNING shows the loser of a race who won it. Who won is told by the owner:
   * counts of affected rows and insert ids depend on the driver's flags and on triggers.
   *
   * Assignments are made from left to right, and a later one sees what an earlier one wrote. In
   * this order each takes the same decision: `released_at` leaves *mine* as it was, and *free* does
   * not look at it; and once `owner` is written too, *mine* is true of what was granted, and of
   * nothing else. With `owner` first, a name that was released would be granted by halves.
   *
   * A tick ahead of the clock asks with owner NULL, which is neither mine nor free. If the name is
   * new it leaves a row that counts as never taken: with fence 0, expired in 1970. (In VALUES a
   * column is what was given for it further left.)
   */
  *acquire(batch: readonly AcquireRequest[], lockWaitMs: number): Exchange<AcquireAnswer[]> {
    const member = `(?, ${UTF8}, ${UTF8}, IF(? > ${STARTED}, NULL, ?), IF(owner IS NULL, NULL, ?),
  IF(owner IS NULL, 0, ${NOW}), fence, fence + ?)`;
    const rows = yield statement(
      lockWaitMs,
      `INSERT INTO ${this.#table}
  (lock_key, name, instance, owner, last_tick, fence, acquired_at, locked_until)
VALUES ${repeat(batch, member)}
ON DUPLICATE KEY UPDATE
  fence = IF(${FREE}, GREATEST(fence + 1, ${NOW}), fence),
  acquired_at = IF(${FREE}, ${NOW}, acquired_at),
  instance = IF(${GRANTED}, VALUES(instance), instance),
  released_at = IF(${GRANTED}, NULL, released_at),
  owner = IF(${GRANTED}, VALUES(owner), owner),
  last_tick = IF(${GRANTED}, COALESCE(VALUES(last_tick), last_tick), last_tick),
  locked_until = IF(${GRANTED}, ${NOW} + (VALUES(locked_until) - VALUES(acquired_at)), locked_until)
RETURNING ${COLUMNS}, owner, ${NOW} AS now`,
      inKeyOrder(batch).flatMap(({ key, request }) => [
        key,
        utf8(request.name),
        utf8(request.instance),
        request.tick?.notBeforeAt ?? null,
        request.owner,
        request.tick?.at ?? null,
        request.ttlMs,
      ]),
    );
    return answersInOrder(batch, rows, keyOf, (request, row): AcquireAnswer => {
      const lease = leaseOf(row, request);
      return lease ? grantOf(lease) : refusal(request, row && takenOf(row), Number(row?.['now']));
    });
  }

  /**
   * The condition is evaluated once the row is locked, and by the present: what expired while the
   * statement waited for a row stays so. There is no UPDATE … RETURNING; but a lease that was
   * renewed cannot be another's a moment later, so what a SELECT finds is what was done.
   */
  *renew(batch: readonly RenewRequest[], lockWaitMs: number): Exchange<RenewAnswer[]> {
    const ordered = inKeyOrder(batch);
    yield this.#update(
      lockWaitMs,
      ordered,
      ({ ttlMs }) => ttlMs,
      (ttlMs) => `locked_until = GREATEST(locked_until, ${NOW} + ${ttlMs})`,
      `released_at IS NULL AND locked_until > ${NOW}`,
    );
    const rows = yield this.#read(lockWaitMs, ordered);
    return answersInOrder(batch, rows, keyOf, (request, row) => {
      const lease = leaseOf(row, request);
      return lease ? { renewed: true, expiresAt: lease.lockedUntil } : { renewed: false };
    });
  }

  /**
   * The SELECT comes first here: after the UPDATE another instance may have taken the name before
   * one could look, and a lease that was released in time would be told as lost.
   */
  *release(batch: readonly ReleaseRequest[], lockWaitMs: number): Exchange<ReleaseAnswer[]> {
    const ordered = inKeyOrder(batch);
    const rows = yield this.#read(lockWaitMs, ordered);
    yield this.#update(
      lockWaitMs,
      ordered,
      ({ holdAtLeastMs }) => holdAtLeastMs,
      (holdMs) => `locked_until = IF(released_at IS NULL,
    GREATEST(LEAST(locked_until, ${STARTED}), acquired_at + ${holdMs}), locked_until),
  released_at = COALESCE(released_at, ${STARTED})`,
    );
    return answersInOrder(batch, rows, keyOf, (request, row) => {
      const record = ownRecordOf(row, request);
      const endedAt = record?.releasedAt ?? Number(row?.['now']);
      return record && record.lockedUntil >= endedAt ? 'released' : 'lost';
    });
  }

  *inspect(names: readonly string[]): Exchange<(SeenLock | undefined)[]> {
    const rows = yield {
      text: `SELECT ${SEEN} FROM ${this.#table} WHERE lock_key IN (${repeat(names, '?')})`,
      parameters: names.map(lockKey),
    };
    return seenInOrder(names, rows.filter(takenOf));
  }

  /** No key is compared with '', which under the sql_mode EMPTY_STRING_IS_NULL would be none. */
  *list({ after, limit }: ListRequest): Exchange<SeenLock[]> {
    const rows = yield {
      text: `SELECT ${SEEN} FROM ${this.#table} WHERE ${after === undefined ? '' : 'lock_key > ? AND'} fence > 0
ORDER BY lock_key LIMIT ${limit}`,
      parameters: after === undefined ? [] : [lockKey(after)],
    };
    return rows.map(seenOf);
  }

  *forceRelease(request: ForceReleaseRequest, lockWaitMs: number): Exchange<ForceReleaseAnswer> {
    yield statement(
      lockWaitMs,
      `UPDATE ${this.#table} SET owner = ?, fence = GREATEST(fence + 1, ${NOW}),
  released_at = COALESCE(released_at, ${NOW}), locked_until = LEAST(locked_until, ${NOW})
WHERE lock_key = ? AND fence = ?`,
      [request.owner, lockKey(request.name), request.fence],
    );
    const [row] = yield statement(
      lockWaitMs,
      `SELECT owner, ${SEEN} FROM ${this.#table} WHERE lock_key = ?`,
      [lockKey(request.name)],
    );
    return forceReleaseOf(request, row && takenOf(row) ? row : undefined);
  }

  /** FOR UPDATE reads the row as it is, whatever the isolation level, and every grant waits for it. */
  *fence({ name, owner, fence }: FenceRequest, lockWaitMs: number): Exchange<boolean> {
    const rows = yield statement(
      lockWaitMs,
      `SELECT fence FROM ${this.#table}
WHERE lock_key = ? AND owner = ? AND fence = ? AND released_at IS NULL FOR UPDATE`,
      [lockKey(name), owner, fence],
    );
    return rows.length > 0;
  }

  *checkServer(): Exchange<string[]> {
    const [row] = yield { text: 'SELECT VERSION() AS version', parameters: [] };
    const version = String(row?.['version']);
    const mariadb = /^(\d+)\.(\d+).*mariadb/i.exec(version);
    if (!mariadb) throw new UnsupportedDatabaseError(`MySQL ${version}`);
    if (Number(mariadb[1]) * 100 + Number(mariadb[2]) < 10_05) {
      throw new UnsupportedDatabaseError(`MariaDB ${version}`);
    }
    return [];
  }

  createTable(): Statement {
    const ascii = 'CHARACTER SET ascii COLLATE ascii_bin';
    const unicode = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
    return {
      text: `CREATE TABLE IF NOT EXISTS ${this.#table} (
  lock_key varchar(64) ${ascii} NOT NULL PRIMARY KEY,
  name varchar(255) ${unicode} NOT NULL,
  owner varchar(36) ${ascii},
  instance varchar(255) ${unicode},
  fence bigint NOT NULL,
  acquired_at bigint NOT NULL,
  locked_until bigint NOT NULL,
  released_at bigint,
  last_tick bigint
) ENGINE = InnoDB DEFAULT ${unicode}`,
      parameters: [],
    };
  }

  probes(): Statement[] {
    return emptyProbes(this.#table);
  }

  /**
   * Changes the rows that are ours, in key order. Without FORCE INDEX a small table is scanned, and
   * each of its rows locked on the way.
   */
  #update<Request extends Owned>(
    lockWaitMs: number,
    ordered: readonly Keyed<Request>[],
    valueOf: (request: Request) => number,
    assignments: (value: string) => string,
    condition = 'true',
  ): Statement {
    const value = `CASE lock_key ${repeat(ordered, 'WHEN ? THEN ?', ' ')} END`;
    const ours = repeat(
      ordered,
      'lock_key = ? AND owner = ? AND fence = COALESCE(?, fence)',
      ' OR ',
    );
    return statement(
      lockWaitMs,
      `UPDATE ${this.#table} FORCE INDEX (PRIMARY) SET ${assignments(value)}
WHERE (${ours}) AND ${condition} ORDER BY lock_key`,
      [
        ...ordered.flatMap(({ key, request }) => [key, valueOf(request)]),
        ...ordered.flatMap(({ key, request }) => [key, request.owner, request.fence ?? null]),
      ],
    );
  }

  #read(lockWaitMs: number, ordered: readonly Keyed<Owned>[]): Statement {
    return statement(
      lockWaitMs,
      `SELECT ${COLUMNS}, owner, ${NOW} AS now FROM ${this.#table} WHERE lock_key IN (${repeat(ordered, '?')})`,
      ordered.map(({ key }) => key),
    );
  }
}

interface Owned {
  readonly name: string;
  readonly owner: string;
  readonly fence?: number | undefined;
}

/** What is told of a row, unless it was never taken. */
function takenOf(row: Row): LockRecord | undefined {
  return Number(row['fence']) > 0 ? recordOf(row) : undefined;
}

function ownRecordOf(row: Row | undefined, { owner, fence }: Owned): LockRecord | undefined {
  if (row?.['owner'] !== owner) return undefined;
  const record = takenOf(row);
  return fence === undefined || fence === record?.fence ? record : undefined;
}

/** The record of a lease that is the request's, and has not ended. */
function leaseOf(row: Row | undefined, request: Owned): LockRecord | undefined {
  const record = ownRecordOf(row, request);
  const valid =
    record?.releasedAt === undefined && Number(record?.lockedUntil) > Number(row?.['now']);
  return valid ? record : undefined;
}
