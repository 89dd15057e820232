import type { FenceRequest } from '../../core/fenced-transactions.js';
import type {
  AcquireAnswer,
  AcquireRequest,
  ForceReleaseAnswer,
  ForceReleaseRequest,
  ListRequest,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
  SeenLock,
} from '../../core/lock-store.js';
import { answersInOrder, inKeyOrder, lockKey, type Keyed } from '../lock-key.js';
import {
  emptyProbes,
  keyOf,
  seenInOrder,
  seenOf,
  type Dialect,
  type Exchange,
  type Statement,
} from './dialect.js';
import { diagnoseInnodb } from './innodb.diagnosis.js';
import { leaseOf, ownRecordOf, takenOf, type Owned } from './innodb.rows.js';
import { COLUMNS, NOW, repeat, STARTED } from './innodb.text.js';

/** A read waits for no row, so its start is the present. */
const SEEN = `${COLUMNS}, ${STARTED} AS now`;

/** What MariaDB and MySQL have in common. */
export abstract class InnodbDialect implements Dialect {
  readonly diagnose = diagnoseInnodb;

  constructor(protected readonly table: string) {}

  abstract acquire(batch: readonly AcquireRequest[], lockWaitMs: number): Exchange<AcquireAnswer[]>;

  /** A statement in a session that is as `settingsFor` says, and afterwards as it was. */
  protected abstract statement(
    lockWaitMs: number,
    text: string,
    parameters: readonly unknown[],
  ): Statement;

  /** A statement over a batch. Of one name its text is the same each time, of more it is as long. */
  protected over(
    batch: readonly unknown[],
    lockWaitMs: number,
    text: string,
    parameters: readonly unknown[],
  ): Statement {
    return { ...this.statement(lockWaitMs, text, parameters), prepared: batch.length === 1 };
  }

  /**
   * The condition is evaluated once the row is locked, and by the present: what expired while the
   * statement waited for a row stays so. All rows are locked before the first is written, so the
   * assignment looks again: a lease may have expired in the wait for another one of the batch. There
   * is no UPDATE … RETURNING; but a lease that was renewed cannot be another's a moment later, so
   * what a SELECT finds is what was done.
   */
  *renew(batch: readonly RenewRequest[], lockWaitMs: number): Exchange<RenewAnswer[]> {
    const ordered = inKeyOrder(batch);
    yield this.#update(
      lockWaitMs,
      ordered,
      ({ ttlMs }) => ttlMs,
      (ttlMs) =>
        `locked_until = GREATEST(locked_until, IF(locked_until > ${NOW}, ${NOW} + ${ttlMs}, 0))`,
      `released_at IS NULL AND locked_until > ${NOW}`,
    );
    const rows = yield this.read(lockWaitMs, ordered);
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
    const rows = yield this.read(lockWaitMs, ordered);
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
      text: `SELECT ${SEEN} FROM ${this.table} WHERE lock_key IN (${repeat(names, '?')})`,
      parameters: names.map(lockKey),
    };
    return seenInOrder(names, rows.filter(takenOf));
  }

  /** No key is compared with '', which under the sql_mode EMPTY_STRING_IS_NULL would be none. */
  *list({ after, limit }: ListRequest): Exchange<SeenLock[]> {
    const rows = yield {
      text: `SELECT ${SEEN} FROM ${this.table} WHERE ${after === undefined ? '' : 'lock_key > ? AND'} fence > 0
ORDER BY lock_key LIMIT ${limit}`,
      parameters: after === undefined ? [] : [lockKey(after)],
    };
    return rows.map(seenOf);
  }

  /**
   * Whether it ended the grant is told by the count of rows: what a SELECT finds a moment later may
   * be the grant of whoever was waiting for the name. Flags and triggers do not matter to the count,
   * since a row that is matched is always changed.
   */
  *forceRelease(request: ForceReleaseRequest, lockWaitMs: number): Exchange<ForceReleaseAnswer> {
    const read = this.read(lockWaitMs, [{ key: lockKey(request.name), request }]);
    const [before] = yield read;
    const [done] = yield this.statement(
      lockWaitMs,
      `UPDATE ${this.table} SET owner = ?, fence = GREATEST(fence + 1, ${NOW}),
  released_at = COALESCE(released_at, ${NOW}), locked_until = LEAST(locked_until, ${NOW})
WHERE lock_key = ? AND fence = ?`,
      [request.owner, lockKey(request.name), request.fence],
    );
    const [after] = yield { ...read, afterwards: true };
    const isMine = after?.['owner'] === request.owner;
    const released = isMine || Number(done?.['affected']) > 0;
    const row = released && !isMine ? before : after;
    return { released, record: row && takenOf(row) };
  }

  /**
   * FOR UPDATE reads the row as it is, whatever the isolation level, and every grant waits for it.
   *
   * One text for both servers, as a transaction of the application does not know on which it is:
   * MariaDB executes what stands in such a comment. On MySQL the wait is bounded by what the
   * application has set for its sessions.
   */
  *fence({ name, owner, fence }: FenceRequest, lockWaitMs: number): Exchange<boolean> {
    const seconds = Math.floor(lockWaitMs / 1000);
    const rows = yield {
      text: `/*M! SET STATEMENT innodb_lock_wait_timeout = ${seconds} FOR */
SELECT fence FROM ${this.table}
WHERE lock_key = ? AND owner = ? AND fence = ? AND released_at IS NULL FOR UPDATE`,
      parameters: [lockKey(name), owner, fence],
    };
    return rows.length > 0;
  }

  createTable(): Statement {
    const ascii = 'CHARACTER SET ascii COLLATE ascii_bin';
    const unicode = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
    return {
      text: `CREATE TABLE IF NOT EXISTS ${this.table} (
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
    return emptyProbes(this.table);
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
    return this.over(
      ordered,
      lockWaitMs,
      `UPDATE ${this.table} FORCE INDEX (PRIMARY) SET ${assignments(value)}
WHERE (${ours}) AND ${condition} ORDER BY lock_key`,
      [
        ...ordered.flatMap(({ key, request }) => [key, valueOf(request)]),
        ...ordered.flatMap(({ key, request }) => [key, request.owner, request.fence ?? null]),
      ],
    );
  }

  protected read(lockWaitMs: number, ordered: readonly Keyed<Owned>[]): Statement {
    return this.over(
      ordered,
      lockWaitMs,
      `SELECT ${COLUMNS}, owner, ${NOW} AS now FROM ${this.table} WHERE lock_key IN (${repeat(ordered, '?')})`,
      ordered.map(({ key }) => key),
    );
  }
}
