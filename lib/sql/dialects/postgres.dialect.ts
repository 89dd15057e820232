import type { FenceRequest } from '../../core/fenced-transactions.js';
import {
  refusal,
  type AcquireAnswer,
  type AcquireRequest,
  type ForceReleaseAnswer,
  type ForceReleaseRequest,
  type ListRequest,
  type ReleaseAnswer,
  type ReleaseRequest,
  type RenewAnswer,
  type RenewRequest,
  type SeenLock,
} from '../../core/lock-store.js';
import { FencedTransactionError, UnsupportedDatabaseError } from '../sql.errors.js';
import { answersInOrder, inKeyOrder, lockKey } from '../lock-key.js';
import {
  emptyProbes,
  forceReleaseOf,
  grantOf,
  keyOf,
  RECORD,
  recordOf,
  releaseOf,
  seenInOrder,
  seenOf,
  whole,
  type Exchange,
  type OpeningDialect,
  type Server,
  type Statement,
} from './dialect.js';
import { plainTable } from './plain-table.js';
import { diagnosePostgres } from './postgres.diagnosis.js';
import { statement, withLockTimeout } from './postgres.statement.js';

/** Not now(), which is the start of the transaction and so the past after a wait for a row. */
const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

const SEEN = `lock_key, ${RECORD.join(', ')}, ${NOW} AS now`;

/** PostgreSQL 13 and later. Every verb is one statement, and works behind a transaction pooler. */
export class PostgresDialect implements OpeningDialect {
  readonly diagnose = diagnosePostgres;
  readonly #table: string;

  constructor(table: string) {
    this.#table = table;
  }

  /**
   * The prefilter (NOT EXISTS) lets a skip end without a write. Who passes it upserts, and decides
   * again on the row as it is once it is locked. That decision stands in SET and not in a WHERE,
   * so that RETURNING shows the loser of a race who won it.
   *
   * `OFFSET 0` keeps the planner from evaluating the clock anew for each mention of it.
   */
  *acquire(batch: readonly AcquireRequest[], lockWaitMs: number): Exchange<AcquireAnswer[]> {
    const rows = yield statement(
      inKeyOrder(batch),
      lockWaitMs,
      [
        ['lock_key', 'text', ({ key }) => key],
        ['name', 'text', ({ request }) => request.name],
        ['owner', 'text', ({ request }) => request.owner],
        ['instance', 'text', ({ request }) => request.instance],
        ['ttl_ms', 'bigint', ({ request }) => request.ttlMs],
        ['tick', 'bigint', ({ request }) => request.tick?.at ?? null],
        ['not_before', 'bigint', ({ request }) => request.tick?.notBeforeAt ?? null],
      ],
      `upserted AS (
  INSERT INTO ${this.#table} AS l
    (lock_key, name, owner, instance, fence, acquired_at, locked_until, last_tick)
  SELECT r.lock_key, r.name, r.owner, r.instance, t.now, t.now, t.now + r.ttl_ms, r.tick
  FROM requested r CROSS JOIN LATERAL (SELECT ${NOW} AS now, r.lock_key OFFSET 0) t
  WHERE (r.not_before IS NULL OR r.not_before <= t.now)
    AND NOT EXISTS (
      SELECT 1 FROM ${this.#table} h
      WHERE h.lock_key = r.lock_key
        AND NOT (h.owner IS NOT DISTINCT FROM r.owner AND h.released_at IS NULL)
        AND (h.locked_until > t.now OR h.last_tick >= r.tick OR h.owner = r.owner OR h.name <> r.name))
  ORDER BY r.lock_key COLLATE "C"
  ON CONFLICT (lock_key) DO UPDATE
  SET (owner, instance, fence, acquired_at, locked_until, released_at, last_tick) = (
    SELECT
      CASE WHEN mine OR free THEN EXCLUDED.owner ELSE l.owner END,
      CASE WHEN mine OR free THEN EXCLUDED.instance ELSE l.instance END,
      CASE WHEN free THEN GREATEST(l.fence + 1, now) ELSE l.fence END,
      CASE WHEN free THEN now ELSE l.acquired_at END,
      CASE WHEN mine OR free
        THEN GREATEST(l.locked_until, now + (EXCLUDED.locked_until - EXCLUDED.acquired_at))
        ELSE l.locked_until END,
      CASE WHEN mine OR free THEN NULL ELSE l.released_at END,
      CASE WHEN mine OR free THEN COALESCE(EXCLUDED.last_tick, l.last_tick) ELSE l.last_tick END
    FROM (
      SELECT now,
        l.owner IS NOT DISTINCT FROM EXCLUDED.owner AND l.released_at IS NULL AS mine,
        l.owner IS DISTINCT FROM EXCLUDED.owner AND l.name = EXCLUDED.name AND l.locked_until <= now
          AND (EXCLUDED.last_tick IS NULL OR l.last_tick IS NULL OR l.last_tick < EXCLUDED.last_tick)
          AS free
      FROM (SELECT ${NOW} AS now OFFSET 0) clock OFFSET 0) decided)
  RETURNING l.lock_key, l.name, l.owner, l.instance, l.fence, l.acquired_at, l.locked_until,
    l.released_at, l.last_tick)
SELECT r.lock_key, COALESCE(u.owner = r.owner AND u.released_at IS NULL, false) AS granted,
  COALESCE(u.name, h.name) AS name, COALESCE(u.instance, h.instance) AS instance,
  COALESCE(u.fence, h.fence) AS fence, COALESCE(u.acquired_at, h.acquired_at) AS acquired_at,
  COALESCE(u.locked_until, h.locked_until) AS locked_until,
  CASE WHEN u.lock_key IS NULL THEN h.released_at ELSE u.released_at END AS released_at,
  CASE WHEN u.lock_key IS NULL THEN h.last_tick ELSE u.last_tick END AS last_tick,
  ${NOW} AS now
FROM requested r
LEFT JOIN upserted u ON u.lock_key = r.lock_key
LEFT JOIN ${this.#table} h ON h.lock_key = r.lock_key AND u.lock_key IS NULL`,
    );
    return answersInOrder(batch, rows, keyOf, (request, row): AcquireAnswer => {
      const record = row?.['name'] == null ? undefined : recordOf(row);
      if (record && row?.['granted'] === true) return grantOf(record);
      return refusal(request, record, Number(row?.['now']));
    });
  }

  /**
   * Locks in key order first, since UPDATE has no order of its own. The time comes from a row that
   * is locked already: compared with the clock itself, a plan may filter by expiry before it waits.
   */
  *renew(batch: readonly RenewRequest[], lockWaitMs: number): Exchange<RenewAnswer[]> {
    const rows = yield statement(
      inKeyOrder(batch),
      lockWaitMs,
      [
        ['lock_key', 'text', ({ key }) => key],
        ['owner', 'text', ({ request }) => request.owner],
        ['fence', 'bigint', ({ request }) => request.fence],
        ['ttl_ms', 'bigint', ({ request }) => request.ttlMs],
      ],
      `locked AS MATERIALIZED (
  SELECT l.lock_key, r.ttl_ms
  FROM ${this.#table} l JOIN requested r
    ON l.lock_key = r.lock_key AND l.owner = r.owner AND l.fence = r.fence AND l.released_at IS NULL
  ORDER BY l.lock_key COLLATE "C"
  FOR NO KEY UPDATE OF l)
UPDATE ${this.#table} l SET locked_until = GREATEST(l.locked_until, t.now + k.ttl_ms)
FROM locked k CROSS JOIN LATERAL (SELECT ${NOW} AS now, k.lock_key OFFSET 0) t
WHERE l.lock_key = k.lock_key AND l.locked_until > t.now
RETURNING l.lock_key, l.locked_until`,
    );
    return answersInOrder(batch, rows, keyOf, (_request, row) =>
      row ? { renewed: true, expiresAt: whole(row['locked_until']) } : { renewed: false },
    );
  }

  *release(batch: readonly ReleaseRequest[], lockWaitMs: number): Exchange<ReleaseAnswer[]> {
    const rows = yield statement(
      inKeyOrder(batch),
      lockWaitMs,
      [
        ['lock_key', 'text', ({ key }) => key],
        ['owner', 'text', ({ request }) => request.owner],
        ['fence', 'bigint', ({ request }) => request.fence ?? null],
        ['hold_ms', 'bigint', ({ request }) => request.holdAtLeastMs],
      ],
      `locked AS MATERIALIZED (
  SELECT l.lock_key, r.hold_ms
  FROM ${this.#table} l JOIN requested r
    ON l.lock_key = r.lock_key AND l.owner = r.owner AND (r.fence IS NULL OR l.fence = r.fence)
  ORDER BY l.lock_key COLLATE "C"
  FOR NO KEY UPDATE OF l)
UPDATE ${this.#table} l SET
  released_at = COALESCE(l.released_at, t.now),
  locked_until = CASE WHEN l.released_at IS NULL
    THEN GREATEST(LEAST(l.locked_until, t.now), l.acquired_at + k.hold_ms)
    ELSE l.locked_until END
FROM locked k CROSS JOIN LATERAL (SELECT ${NOW} AS now, k.lock_key OFFSET 0) t
WHERE l.lock_key = k.lock_key
RETURNING l.lock_key, l.locked_until, l.released_at`,
    );
    return answersInOrder(batch, rows, keyOf, (_request, row) => releaseOf(row));
  }

  *inspect(names: readonly string[]): Exchange<(SeenLock | undefined)[]> {
    const rows = yield {
      text: `SELECT ${SEEN} FROM ${this.#table} WHERE lock_key = ANY($1::text[])`,
      parameters: [names.map(lockKey)],
    };
    return seenInOrder(names, rows);
  }

  *list({ after, limit }: ListRequest): Exchange<SeenLock[]> {
    const rows = yield {
      text: `SELECT ${SEEN} FROM ${this.#table}
WHERE $1::text IS NULL OR lock_key COLLATE "C" > $1 ORDER BY lock_key COLLATE "C" LIMIT $2`,
      parameters: [after === undefined ? null : lockKey(after), limit],
    };
    return rows.map(seenOf);
  }

  *forceRelease(request: ForceReleaseRequest, lockWaitMs: number): Exchange<ForceReleaseAnswer> {
    const ended = yield {
      text: `WITH ${withLockTimeout('$4')}
UPDATE ${this.#table} SET owner = $2, fence = GREATEST(fence + 1, ${NOW}),
  released_at = COALESCE(released_at, ${NOW}), locked_until = LEAST(locked_until, ${NOW})
FROM config WHERE config.set IS NOT NULL AND lock_key = $1 AND fence = $3
RETURNING owner, ${SEEN}`,
      parameters: [lockKey(request.name), request.owner, request.fence, String(lockWaitMs)],
    };
    if (ended[0]) return forceReleaseOf(request, ended[0]);
    const [row] = yield {
      text: `SELECT owner, ${SEEN} FROM ${this.#table} WHERE lock_key = $1`,
      parameters: [lockKey(request.name)],
    };
    return forceReleaseOf(request, row);
  }

  /**
   * FOR NO KEY UPDATE, which every grant waits for. A plain SELECT lets a newer grant be made before
   * the COMMIT, and so does FOR KEY SHARE. At another isolation level the row may be an old one.
   */
  *fence({ name, owner, fence }: FenceRequest, lockWaitMs: number): Exchange<boolean> {
    const [row] = yield {
      text: `WITH ${withLockTimeout('$4')}
SELECT current_setting('transaction_isolation') AS level
FROM config, ${this.#table} l
WHERE config.set IS NOT NULL AND l.lock_key = $1 AND l.owner = $2 AND l.fence = $3
  AND l.released_at IS NULL
FOR NO KEY UPDATE OF l`,
      parameters: [lockKey(name), owner, fence, String(lockWaitMs)],
    };
    if (row && row['level'] !== 'read committed') {
      throw new FencedTransactionError(`runs at the isolation level ${String(row['level'])}`);
    }
    return row !== undefined;
  }

  *checkServer(): Exchange<Server> {
    const [row] = yield { text: 'SHOW server_version_num', parameters: [] };
    const version = Number(row?.['server_version_num']);
    if (version < 130000) throw new UnsupportedDatabaseError(`PostgreSQL ${version / 10_000}`);
    return { dialect: this, warnings: [] };
  }

  createTable(): Statement {
    return plainTable(this.#table);
  }

  probes(): Statement[] {
    return emptyProbes(this.#table);
  }
}
