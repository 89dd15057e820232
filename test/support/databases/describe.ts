import { describeWith } from '../describe-with.js';
import type { Resource } from '../resources.js';
import type { Dialect } from './test-database.js';

const ALL: readonly Dialect[] = ['postgres', 'mariadb', 'mysql', 'sqlite'];

/** One entry a database: the server that it needs. */
export const SERVERS: Readonly<Record<Dialect, Resource | undefined>> = {
  postgres: 'postgres',
  mariadb: 'mariadb',
  mysql: 'mariadb',
  sqlite: undefined,
};

/** describe() once for each database, skipped visibly where one cannot be had. */
export function describeDatabases(
  title: string,
  suite: (dialect: Dialect) => void,
  only: readonly Dialect[] = ALL,
): void {
  for (const dialect of only) {
    describeWith(SERVERS[dialect], `${title} on ${dialect}`, () => suite(dialect));
  }
}
