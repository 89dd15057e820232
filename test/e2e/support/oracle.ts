import { createDatabase, type Dialect, type TestDatabase } from '../../support/databases.js';
import { DATABASE_NOW } from './database-time.js';

export { until } from '../../support/poll.js';

/** A line that a job wrote. */
export interface Line {
  readonly job: string;
  readonly what: string;
  readonly tick: number | null;
  readonly instance: string;
  /** Epoch milliseconds, by the database's clock. */
  readonly wrote_at: number;
}

/** A lock's row, as any client of the database sees it. Times are epoch milliseconds. */
export interface LockRow {
  readonly instance: string;
  readonly fence: number;
  readonly acquired_at: number;
  readonly locked_until: number;
  readonly released_at: number | null;
}

/** A fresh database with an empty journal. */
export async function createJournalDatabase(dialect: Dialect): Promise<TestDatabase> {
  const database = await createDatabase(dialect);
  await database.query(`CREATE TABLE journal (
    job varchar(64) NOT NULL, what varchar(64) NOT NULL, tick bigint,
    instance varchar(64) NOT NULL, wrote_at bigint NOT NULL)`);
  return database;
}

/** What was written about a job, in the order of the database's clock. */
export function linesOf(database: TestDatabase, job: string): Promise<Line[]> {
  return database.query<Line>('SELECT * FROM journal WHERE job = ? ORDER BY wrote_at', [job]);
}

export async function lockRow(database: TestDatabase, name: string): Promise<LockRow | undefined> {
  const [row] = await database.query<LockRow>(
    `SELECT instance, fence, acquired_at, locked_until, released_at
     FROM marathon_lock WHERE name = ?`,
    [name],
  );
  return row;
}

/** The database's present. */
export async function databaseNow({ dialect, query }: TestDatabase): Promise<number> {
  const [row] = await query<{ now: number }>(`SELECT ${DATABASE_NOW[dialect]} AS now`);
  return row!.now;
}
