import { describeWith } from '../describe-with.js';
import type { Dialect } from './test-database.js';

const ALL: readonly Dialect[] = ['postgres', 'mariadb', 'sqlite'];

/** describe() once for each database, skipped visibly where one cannot be had. */
export function describeDatabases(
  title: string,
  suite: (dialect: Dialect) => void,
  only: readonly Dialect[] = ALL,
): void {
  for (const dialect of only) {
    const server = dialect === 'sqlite' ? undefined : dialect;
    describeWith(server, `${title} on ${dialect}`, () => suite(dialect));
  }
}
