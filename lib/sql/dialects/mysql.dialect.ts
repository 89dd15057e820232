import type { AcquireAnswer, AcquireRequest } from '../../core/lock-store.js';
import { inKeyOrder } from '../lock-key.js';
import type { Exchange, Statement } from './dialect.js';
import { InnodbDialect } from './innodb.dialect.js';
import { settingsFor } from './innodb.text.js';
import { answersOf, upsert } from './innodb.upsert.js';

/** MySQL 8 and later. */
export class MysqlDialect extends InnodbDialect {
  /**
   * There is no RETURNING. What a SELECT finds a moment later is true all the same: a lease that was
   * granted cannot be another's before it has ended, and an owner is in the row only if it won.
   */
  *acquire(batch: readonly AcquireRequest[], lockWaitMs: number): Exchange<AcquireAnswer[]> {
    const { text, parameters } = upsert(this.table, batch);
    yield this.over(batch, lockWaitMs, text, parameters);
    const rows = yield { ...this.read(lockWaitMs, inKeyOrder(batch)), afterwards: true };
    return answersOf(batch, rows);
  }

  /**
   * There is no SET STATEMENT either, and the hint SET_VAR knows nothing of innodb_lock_wait_timeout:
   * so these are the session's, which the connection sets.
   */
  protected override statement(
    lockWaitMs: number,
    text: string,
    parameters: readonly unknown[],
  ): Statement {
    return { text, parameters, session: settingsFor(lockWaitMs, 1) };
  }
}
