import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { backendOf } from '../registry.js';
import { tablePath } from '../table-path.js';

/** Creates the lock's table, unless it stands already. */
export class CreateMarathonLock1767225600000 implements MigrationInterface {
  readonly name = 'CreateMarathonLock1767225600000';

  async up(runner: QueryRunner): Promise<void> {
    const dataSource = dataSourceOf(runner);
    const dialect = backendOf(dataSource).dialect(tablePath(dataSource));
    await runner.query(dialect.createTable().text);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${tablePath(dataSourceOf(runner))}`);
  }
}

/** TypeORM 1 calls `dataSource` what TypeORM 0.3 calls `connection`. */
function dataSourceOf(runner: QueryRunner): DataSource {
  const { dataSource, connection } = runner as { dataSource?: DataSource; connection?: DataSource };
  return (dataSource ?? connection)!;
}
