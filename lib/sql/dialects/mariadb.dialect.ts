import type { AcquireAnswer, AcquireRequest } from '../../core/lock-store.js';
import { UnsupportedDatabaseError } from '../sql.errors.js';
import type { Exchange, Statement } from './dialect.js';
import { InnodbDialect } from './innodb.dialect.js';
import { COLUMNS, NOW, settingsFor } from './innodb.text.js';
import { answersOf, upsert } from './innodb.upsert.js';

/** MariaDB 10.5 and later. */
export class MariadbDialect extends InnodbDialect {
  /** RETURNING shows the loser of a race who won it. */
  *acquire(batch: readonly AcquireRequest[], lockWaitMs: number): Exchange<AcquireAnswer[]> {
    const { text, parameters } = upsert(this.table, batch);
    const returning = `RETURNING ${COLUMNS}, owner, ${NOW} AS now`;
    const rows = yield this.statement(lockWaitMs, `${text}\n${returning}`, parameters);
    return answersOf(batch, rows);
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

  /** The settings are part of the statement: they count for it alone, also behind a pooler. */
  protected override statement(
    lockWaitMs: number,
    text: string,
    parameters: readonly unknown[],
  ): Statement {
    const settings = Object.entries(settingsFor(lockWaitMs, 0)).map((each) => each.join(' = '));
    return { text: `SET STATEMENT ${settings.join(', ')} FOR\n${text}`, parameters };
  }
}
