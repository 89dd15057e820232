import { LockStoreError } from '../core/errors.js';
import type { Connection } from './connections/connection.js';
import type { Dialect, Exchange } from './dialects/dialect.js';
import { LockTableError, OwnTransactionError, withoutStatement } from './sql.errors.js';

/** Sends what the dialect says, and hands it the rows, until it has its answer. */
export async function drive<Answer>(
  connection: Connection,
  exchange: Exchange<Answer>,
  storeError: (error: unknown) => LockStoreError,
): Promise<Answer> {
  let step = exchange.next();
  while (!step.done) {
    const { afterwards } = step.value;
    const rows = await connection.execute(step.value).catch((error: unknown) => {
      const failure = storeError(error);
      throw afterwards ? withUnknownOutcome(failure) : failure;
    });
    step = exchange.next(rows);
  }
  return step.value;
}

/** What a driver's error means for a lock, in our words. */
export function diagnosed(
  error: unknown,
  dialect: Dialect,
  {
    table: path,
    blockedByOwn,
  }: { readonly table: string; readonly blockedByOwn?: (() => boolean) | undefined },
): LockStoreError {
  if (error instanceof LockStoreError) return error;
  const cause = withoutStatement(error);
  const { outcome, retryable, table } = dialect.diagnose(cause);
  if (table) return new LockTableError(table, path, { cause });
  if (retryable && blockedByOwn?.()) return new OwnTransactionError({ cause });
  return new LockStoreError(
    `The database failed: ${cause.message}. ` +
      (retryable
        ? 'Look whether it is up and can be reached.'
        : 'It would fail again: see the cause.'),
    { cause, outcome, retryable },
  );
}

/** The server refused to tell what was done, and not to do it. */
function withUnknownOutcome({ message, cause, retryable }: LockStoreError): LockStoreError {
  return new LockStoreError(message, { cause, outcome: 'unknown', retryable });
}
