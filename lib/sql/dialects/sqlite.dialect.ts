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
import { answersInOrder, inKeyOrder, lockKey } from '../lock-key.js';
import { UnsupportedDatabaseError } from '../sql.errors.js';
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
  type Diagnosis,
  type DriverError,
  type Exchange,
  type OpeningDialect,
  type Server,
  type Statement,
} from './dialect.js';
import { plainTable } from './plain-table.js';

/**
 * The same wherever a statement mentions it. It comes as seconds in floating point, which times 1000
 * can fall just short of the millisecond it stands for: from 2038 on it does, so round.
 */
const NOW = `CAST(unixepoch('subsec') * 1000 + 0.5 AS INTEGER)`;

const SEEN = `lock_key, ${RECORD.join(', ')}, ${NOW} AS now`;

/** `l` is the row, `excluded` what is asked for, as ON CONFLICT calls it. */
const MINE = '(l.owner IS excluded.owner AND l.released_at IS NULL)';
const FREE = `(l.owner IS NOT excluded.owner AND l.name = excluded.name AND l.locked_until <= ${NOW}
    AND (excluded.last_tick IS NULL OR l.last_tick IS NULL OR l.last_tick < excluded.last_tick))`;
const GRANTED = `(${MINE} OR ${FREE})`;

/** SQLite 3.42 and later. A statement is atomic there, and a batch is one parameter in JSON. */
export class SqliteDialect implements OpeningDialect {
  readonly #table: string;

  constructor(table: string) {
    this.#table = table;
  }

  /**
   * Reads first: a skip then writes nothing, and needs no write lock, of which a file has one. What
   * may be granted is upserted, which decides again, since another connection can have won in
   * between. That decision stands in SET and not in a WHERE, so that RETURNING shows the loser of
   * such a race who won it; only then is a row written as it was.
   *
   * A tick's time is looked at once: what was due stays due.
   */
  *acquire(batch: readonly AcquireRequest[]): Exchange<AcquireAnswer[]> {
    const members = inKeyOrder(batch).map(({ key, request }) => ({
      lock_key: key,
      name: request.name,
      owner: request.owner,
      instance: request.instance,
      ttl_ms: request.ttlMs,
      last_tick: request.tick?.at,
      not_before: request.tick?.notBeforeAt,
    }));
    const seen = yield {
      text: `SELECT excluded.lock_key, l.owner, ${RECORD.map((column) => `l.${column}`).join(', ')}, ${NOW} AS now,
  l.lock_key IS NOT NULL AND ${MINE}
    OR (l.lock_key IS NULL OR ${FREE}) AND COALESCE(excluded.not_before <= ${NOW}, true) AS grantable
FROM (${table('lock_key', 'name', 'owner', 'last_tick', 'not_before')}) excluded
LEFT JOIN ${this.#table} l ON l.lock_key = excluded.lock_key`,
      parameters: [JSON.stringify(members)],
    };
    const grantable = new Set(seen.filter((row) => Number(row['grantable']) === 1).map(keyOf));
    const upserted =
      grantable.size === 0
        ? []
        : yield {
            text: `INSERT INTO ${this.#table} AS l
  (lock_key, name, owner, instance, fence, acquired_at, locked_until, last_tick)
SELECT lock_key, name, owner, instance, ${NOW}, ${NOW}, ${NOW} + ttl_ms, last_tick
FROM (${table('lock_key', 'name', 'owner', 'instance', 'ttl_ms', 'last_tick')}) WHERE true
ON CONFLICT (lock_key) DO UPDATE SET
  owner = CASE WHEN ${GRANTED} THEN excluded.owner ELSE l.owner END,
  instance = CASE WHEN ${GRANTED} THEN excluded.instance ELSE l.instance END,
  fence = CASE WHEN ${FREE} THEN max(l.fence + 1, ${NOW}) ELSE l.fence END,
  acquired_at = CASE WHEN ${FREE} THEN ${NOW} ELSE l.acquired_at END,
  locked_until = CASE WHEN ${GRANTED} THEN max(l.locked_until, excluded.locked_until)
    ELSE l.locked_until END,
  released_at = CASE WHEN ${GRANTED} THEN NULL ELSE l.released_at END,
  last_tick = CASE WHEN ${GRANTED} THEN COALESCE(excluded.last_tick, l.last_tick) ELSE l.last_tick END
RETURNING lock_key, owner, ${RECORD.join(', ')}, ${NOW} AS now`,
            parameters: [JSON.stringify(members.filter(({ lock_key }) => grantable.has(lock_key)))],
          };
    return answersInOrder(batch, [...seen, ...upserted], keyOf, (request, row): AcquireAnswer => {
      const record = row?.['name'] == null ? undefined : recordOf(row);
      const mine = row?.['owner'] === request.owner && record?.releasedAt === undefined;
      return mine && record ? grantOf(record) : refusal(request, record, Number(row?.['now']));
    });
  }

  *renew(batch: readonly RenewRequest[]): Exchange<RenewAnswer[]> {
    const members = inKeyOrder(batch).map(({ key, request }) => ({
      lock_key: key,
      owner: request.owner,
      fence: request.fence,
      ttl_ms: request.ttlMs,
    }));
    const rows = yield {
      text: `UPDATE ${this.#table} AS l SET locked_until = max(l.locked_until, ${NOW} + r.ttl_ms)
FROM (${table('lock_key', 'owner', 'fence', 'ttl_ms')}) r
WHERE l.lock_key = r.lock_key AND l.owner = r.owner AND l.fence = r.fence
  AND l.released_at IS NULL AND l.locked_until > ${NOW}
RETURNING lock_key, locked_until`,
      parameters: [JSON.stringify(members)],
    };
    return answersInOrder(batch, rows, keyOf, (_request, row) =>
      row ? { renewed: true, expiresAt: whole(row['locked_until']) } : { renewed: false },
    );
  }

  *release(batch: readonly ReleaseRequest[]): Exchange<ReleaseAnswer[]> {
    const members = inKeyOrder(batch).map(({ key, request }) => ({
      lock_key: key,
      owner: request.owner,
      fence: request.fence,
      hold_ms: request.holdAtLeastMs,
    }));
    const rows = yield {
      text: `UPDATE ${this.#table} AS l SET
  released_at = COALESCE(l.released_at, ${NOW}),
  locked_until = CASE WHEN l.released_at IS NULL
    THEN max(min(l.locked_until, ${NOW}), l.acquired_at + r.hold_ms)
    ELSE l.locked_until END
FROM (${table('lock_key', 'owner', 'fence', 'hold_ms')}) r
WHERE l.lock_key = r.lock_key AND l.owner = r.owner AND l.fence = COALESCE(r.fence, l.fence)
RETURNING lock_key, locked_until, released_at`,
      parameters: [JSON.stringify(members)],
    };
    return answersInOrder(batch, rows, keyOf, (_request, row) => releaseOf(row));
  }

  *inspect(names: readonly string[]): Exchange<(SeenLock | undefined)[]> {
    const rows = yield {
      text: `SELECT ${SEEN} FROM ${this.#table} WHERE lock_key IN (SELECT value FROM json_each(?))`,
      parameters: [JSON.stringify(names.map(lockKey))],
    };
    return seenInOrder(names, rows);
  }

  *list({ after, limit }: ListRequest): Exchange<SeenLock[]> {
    const rows = yield {
      text: `SELECT ${SEEN} FROM ${this.#table} WHERE lock_key > ? ORDER BY lock_key LIMIT ?`,
      parameters: [after === undefined ? '' : lockKey(after), limit],
    };
    return rows.map(seenOf);
  }

  *forceRelease(request: ForceReleaseRequest): Exchange<ForceReleaseAnswer> {
    const ended = yield {
      text: `UPDATE ${this.#table} SET owner = ?, fence = max(fence + 1, ${NOW}),
  released_at = COALESCE(released_at, ${NOW}), locked_until = min(locked_until, ${NOW})
WHERE lock_key = ? AND fence = ? RETURNING owner, ${SEEN}`,
      parameters: [request.owner, lockKey(request.name), request.fence],
    };
    if (ended[0]) return forceReleaseOf(request, ended[0]);
    const [row] = yield {
      text: `SELECT owner, ${SEEN} FROM ${this.#table} WHERE lock_key = ?`,
      parameters: [lockKey(request.name)],
    };
    return forceReleaseOf(request, row);
  }

  /** A write, as the first statement of its transaction: nobody else can write until its end. */
  *fence({ name, owner, fence }: FenceRequest): Exchange<boolean> {
    const rows = yield {
      text: `UPDATE ${this.#table} SET fence = fence
WHERE lock_key = ? AND owner = ? AND fence = ? AND released_at IS NULL RETURNING fence`,
      parameters: [lockKey(name), owner, fence],
    };
    return rows.length > 0;
  }

  *checkServer(): Exchange<Server> {
    const [row] = yield {
      text: `SELECT sqlite_version() AS version, journal_mode,
  sqlite_compileoption_used('THREADSAFE=0') AS single FROM pragma_journal_mode`,
      parameters: [],
    };
    const version = String(row?.['version']);
    const [major, minor] = version.split('.').map(Number);
    if (Number(major) * 100 + Number(minor) < 3_42) {
      throw new UnsupportedDatabaseError(`SQLite ${version}`);
    }
    // Where there is one connection only, as in memory or with sql.js, nobody is in the way.
    const mode = String(row?.['journal_mode']);
    if (mode === 'wal' || mode === 'memory' || Number(row?.['single']) === 1)
      return { dialect: this, warnings: [] };
    const warning =
      `The SQLite database is in journal mode '${mode}', in which whoever reads keeps locks from ` +
      `being written. Turn on WAL: PRAGMA journal_mode = WAL, or enableWAL in the data source.`;
    return { dialect: this, warnings: [warning] };
  }

  createTable(): Statement {
    return plainTable(this.#table);
  }

  probes(): Statement[] {
    return emptyProbes(this.#table);
  }

  /**
   * https://www.sqlite.org/rescode.html. SQLite is in the same process, and gives a verdict always.
   * sql.js has no codes, only the messages.
   */
  diagnose({ code, message }: DriverError): Diagnosis {
    if (/^SQLITE_(BUSY|LOCKED)/.test(String(code)) || /database (table )?is locked/.test(message)) {
      return { outcome: 'refused', retryable: true };
    }
    const refused = { outcome: 'refused', retryable: false } as const;
    if (/no such table|unknown database/.test(message)) return { ...refused, table: 'missing' };
    if (/no such column|has no column/.test(message)) return { ...refused, table: 'shape' };
    if (String(code).startsWith('SQLITE_READONLY') || /readonly database/.test(message)) {
      return { ...refused, table: 'grant' };
    }
    return refused;
  }
}

/** The batch's members as a table with these columns. */
function table(...columns: string[]): string {
  const values = columns.map((column) => `value ->> '${column}' AS ${column}`);
  return `SELECT ${values.join(', ')} FROM json_each(?)`;
}
