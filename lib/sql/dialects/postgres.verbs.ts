import type { AcquireRequest, ReleaseRequest, RenewRequest } from '../../core/lock-store.js';
import type { Keyed } from '../lock-key.js';
import { batchStatement, UNAWAITED, type BatchStatement } from './postgres.statement.js';

/**
 * Not now(), which is the start of the transaction and so the past after a wait for a row. And not
 * extract(), whose numeric takes the server longer than the double precision of date_part().
 */
export const NOW = "(date_part('epoch', clock_timestamp()) * 1000)::bigint";

/**
 * `seen` lets a skip end without a write. Who passes it upserts, and decides again on the row as it
 * is once it is locked. That decision stands in SET and not in a WHERE, so that RETURNING shows the
 * loser of a race who won it. The loser's row is as it was, so the disk is waited for only where
 * something was granted: else the losers would queue for the row, each with a wait of its own.
 *
 * `OFFSET 0` keeps the planner from evaluating the clock anew for each mention of it.
 */
export const acquireStatement = (table: string): BatchStatement<Keyed<AcquireRequest>> =>
  batchStatement(
    [
      ['lock_key', 'text', ({ key }) => key],
      ['name', 'text', ({ request }) => request.name],
      ['owner', 'text', ({ request }) => request.owner],
      ['instance', 'text', ({ request }) => request.instance],
      ['ttl_ms', 'bigint', ({ request }) => request.ttlMs],
      ['tick', 'bigint', ({ request }) => request.tick?.at ?? null],
      ['not_before', 'bigint', ({ request }) => request.tick?.notBeforeAt ?? null],
    ],
    `clock AS MATERIALIZED (SELECT ${NOW} AS now),
seen AS MATERIALIZED (
  SELECT r.*, now, h.name AS seen_name, h.instance AS seen_instance, h.fence, h.acquired_at,
    h.locked_until, h.released_at, h.last_tick,
    r.not_before > now
      OR (NOT (h.owner IS NOT DISTINCT FROM r.owner AND h.released_at IS NULL)
        AND (h.locked_until > now OR h.last_tick >= r.tick OR h.owner = r.owner OR h.name <> r.name))
      AS refused
  FROM clock CROSS JOIN requested r LEFT JOIN ${table} h ON h.lock_key = r.lock_key),
upserted AS (
  INSERT INTO ${table} AS l
    (lock_key, name, owner, instance, fence, acquired_at, locked_until, last_tick)
  SELECT lock_key, name, owner, instance, now, now, now + ttl_ms, tick
  FROM seen WHERE refused IS NOT TRUE
  ORDER BY lock_key COLLATE "C"
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
      FROM (SELECT ${NOW} AS now OFFSET 0) locked OFFSET 0) decided)
  RETURNING l.lock_key, l.owner, l.name, l.instance, l.fence, l.acquired_at, l.locked_until,
    l.released_at, l.last_tick)
SELECT lock_key, owner, name, instance, fence, acquired_at, locked_until, released_at, last_tick,
  (SELECT now FROM clock) AS now,
  (SELECT ${UNAWAITED} FROM upserted u JOIN seen s ON s.lock_key = u.lock_key
    HAVING NOT bool_or(u.owner = s.owner)) AS unawaited
FROM upserted
UNION ALL
SELECT lock_key, NULL, seen_name, seen_instance, fence, acquired_at, locked_until, released_at,
  last_tick, now, NULL
FROM seen WHERE refused`,
  );

/**
 * Locks in key order first, since UPDATE has no order of its own. The time comes from a row that is
 * locked already: compared with the clock itself, a plan may filter by expiry before it waits.
 */
export const renewStatement = (table: string): BatchStatement<Keyed<RenewRequest>> =>
  batchStatement(
    [
      ['lock_key', 'text', ({ key }) => key],
      ['owner', 'text', ({ request }) => request.owner],
      ['fence', 'bigint', ({ request }) => request.fence],
      ['ttl_ms', 'bigint', ({ request }) => request.ttlMs],
    ],
    `locked AS MATERIALIZED (
  SELECT l.lock_key, r.ttl_ms
  FROM requested r JOIN ${table} l
    ON l.lock_key = r.lock_key AND l.owner = r.owner AND l.fence = r.fence AND l.released_at IS NULL
  ORDER BY l.lock_key COLLATE "C"
  FOR NO KEY UPDATE OF l)
UPDATE ${table} l SET locked_until = GREATEST(l.locked_until, t.now + k.ttl_ms)
FROM locked k CROSS JOIN LATERAL (SELECT ${NOW} AS now, k.lock_key OFFSET 0) t
WHERE l.lock_key = k.lock_key AND l.locked_until > t.now
RETURNING l.lock_key, l.locked_until`,
  );

/**
 * Locks in key order first, and takes the time from a locked row, as a renewal does.
 *
 * A crash may undo it: its name is then free when the lease has run out, as after the holder's death,
 * and so never too early, since `holdAtLeast` is at most the ttl.
 */
export const releaseStatement = (table: string): BatchStatement<Keyed<ReleaseRequest>> =>
  batchStatement(
    [
      ['lock_key', 'text', ({ key }) => key],
      ['owner', 'text', ({ request }) => request.owner],
      ['fence', 'bigint', ({ request }) => request.fence ?? null],
      ['hold_ms', 'bigint', ({ request }) => request.holdAtLeastMs],
    ],
    `locked AS MATERIALIZED (
  SELECT l.lock_key, r.hold_ms
  FROM requested r JOIN ${table} l
    ON l.lock_key = r.lock_key AND l.owner = r.owner AND (r.fence IS NULL OR l.fence = r.fence)
  ORDER BY l.lock_key COLLATE "C"
  FOR NO KEY UPDATE OF l)
UPDATE ${table} l SET
  released_at = COALESCE(l.released_at, t.now),
  locked_until = CASE WHEN l.released_at IS NULL
    THEN GREATEST(LEAST(l.locked_until, t.now), l.acquired_at + k.hold_ms)
    ELSE l.locked_until END
FROM locked k CROSS JOIN LATERAL (SELECT ${NOW} AS now, k.lock_key OFFSET 0) t
WHERE l.lock_key = k.lock_key
RETURNING l.lock_key, l.locked_until, l.released_at`,
    UNAWAITED,
  );
