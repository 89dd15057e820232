import { marathonMigrations } from 'nestjs-marathon';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** Creates the lock's table as the library publishes it, and in one transaction what belongs to it. */
export async function createLockTable(
  options: DataSourceOptions,
  belongings: readonly string[],
): Promise<void> {
  const owner = await new DataSource(options).initialize();
  try {
    const runner = owner.createQueryRunner();
    await runner.startTransaction();
    for (const Migration of marathonMigrations) await new Migration().up(runner);
    for (const text of belongings) await runner.query(text);
    await runner.commitTransaction();
    await runner.release();
  } finally {
    await owner.destroy();
  }
}
