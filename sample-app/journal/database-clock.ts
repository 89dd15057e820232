import type { DataSource } from 'typeorm';

/** The present by the database's clock, in epoch milliseconds. */
const NOW: Readonly<Partial<Record<string, string>>> = {
  'better-sqlite3': `CAST(unixepoch('subsec') * 1000 + 0.5 AS INTEGER)`,
  mariadb: `TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000`,
  postgres: `(extract(epoch from clock_timestamp()) * 1000)::bigint`,
};

/** For an INSERT or UPDATE: TypeORM puts what a function returns into the statement as it is. */
export function databaseNow(dataSource: DataSource): () => string {
  return () => NOW[dataSource.options.type]!;
}

export async function readDatabaseNow(dataSource: DataSource): Promise<number> {
  const [row] = await dataSource.query(`SELECT ${NOW[dataSource.options.type]} AS now`);
  return Number(row.now);
}
