import type { AcquireAnswer, AcquireRequest } from '../../core/lock-store.js';
import { UnsupportedDatabaseError } from '../sql.errors.js';
import type { Exchange, OpeningDialect, Server, Statement } from './dialect.js';
import { InnodbDialect } from './innodb.dialect.js';
import { COLUMNS, NOW, settingsFor } from './innodb.text.js';
import { answersOf, upsert } from './innodb.upsert.js';
import { MysqlDialect } from './mysql.dialect.js';

/** MariaDB 10.5 and later. */
export class MariadbDialect extends InnodbDialect implements OpeningDialect {
  /** RETURNING shows the loser of a race who won it. */
  *acquire(batch: readonly AcquireRequest[], lockWaitMs: number): Exchange<AcquireAnswer[]> {
    const { text, parameters } = upsert(this.table, batch);
    const returning = `RETURNING ${COLUMNS}, owner, ${NOW} AS now`;
    const rows = yield this.over(batch, lockWaitMs, `${text}\n${returning}`, parameters);
    return answersOf(batch, rows);
  }

  /** The server itself says what it is: TypeORM's `mariadb` reaches MySQL too, and `mysql` MariaDB. */
  *checkServer(): Exchange<Server> {
    const [row] = yield { text: 'SELECT VERSION() AS version', parameters: [] };
    const version = String(row?.['version']);
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (/mariadb/i.test(version)) {
      if (major * 100 + minor < 10_05) throw new UnsupportedDatabaseError(`MariaDB ${version}`);
      return { dialect: this, warnings: [] };
    }
    // TiDB calls itself MySQL 8, and each of its servers goes by a clock of its own.
    if (major < 8 || /tidb/i.test(version)) throw new UnsupportedDatabaseError(`MySQL ${version}`);
    return { dialect: new MysqlDialect(this.table), warnings: [] };
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
