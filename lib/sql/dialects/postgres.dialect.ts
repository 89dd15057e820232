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
import { answersInOrder, inKeyOrder, lockKey, type Keyed } from '../lock-key.js';
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
import { configured, type BatchStatement } from './postgres.statement.js';
import { acquireStatement, NOW, releaseStatement, renewStatement } from './postgres.verbs.js';

const SEEN = `lock_key, ${RECORD.join(', ')}, ${NOW} AS now`;

/** PostgreSQL 13 and later. Every verb is one statement, and works behind a transaction pooler. */
export class PostgresDialect implements OpeningDialect {
  readonly diagnose = diagnosePostgres;
  readonly #table: string;

  readonly #acquire: BatchStatement<Keyed<AcquireRequest>>;
  readonly #renew: BatchStatement<Keyed<RenewRequest>>;
  readonly #release: BatchStatement<Keyed<ReleaseRequest>>;

  constructor(table: string) {
    this.#table = table;
    this.#acquire = acquireStatement(table);
    this.#renew = renewStatement(table);
    this.#release = releaseStatement(table);
  }

  *acquire(batch: readonly AcquireRequest[], lockWaitMs: number): Exchange<AcquireAnswer[]> {
    const rows = yield this.#acquire(inKeyOrder(batch), lockWaitMs);
    return answersInOrder(batch, rows, keyOf, (request, row): AcquireAnswer => {
      const record = row?.['name'] == null ? undefined : recordOf(row);
      const isMine = row?.['owner'] === request.owner && record?.releasedAt === undefined;
      if (record && isMine) return grantOf(record);
      return refusal(request, record, Number(row?.['now']));
    });
  }

  *renew(batch: readonly RenewRequest[], lockWaitMs: number): Exchange<RenewAnswer[]> {
    const rows = yield this.#renew(inKeyOrder(batch), lockWaitMs);
    return answersInOrder(batch, rows, keyOf, (_request, row) =>
      row ? { renewed: true, expiresAt: whole(row['locked_until']) } : { renewed: false },
    );
  }

  *release(batch: readonly ReleaseRequest[], lockWaitMs: number): Exchange<ReleaseAnswer[]> {
    const rows = yield this.#release(inKeyOrder(batch), lockWaitMs);
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
      text: `WITH ${configured('$4')}
UPDATE ${this.#table} SET owner = $2, fence = GREATEST(fence + 1, ${NOW}),
  released_at = COALESCE(released_at, ${NOW}), locked_until = LEAST(locked_until, ${NOW})
FROM config WHERE lock_key = $1 AND fence = $3
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
      text: `WITH ${configured('$4')}
SELECT current_setting('transaction_isolation') AS level
FROM config, ${this.#table} l
WHERE l.lock_key = $1 AND l.owner = $2 AND l.fence = $3
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
