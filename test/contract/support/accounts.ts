import { randomUUID } from 'node:crypto';
import type { Dialect, TestDatabase } from '../../support/databases.js';

/** A user of the database server who may connect, and nothing else yet. */
export interface Account {
  /** TypeORM options that reach the database as this user. */
  readonly options: { readonly username: string; readonly password: string };
  /** Executes the statement that a message recommends, such as `GRANT SELECT ON marathon_lock`. */
  grant(text: string): Promise<void>;
  drop(): Promise<void>;
}

type Server = Exclude<Dialect, 'sqlite'>;

interface Statements {
  readonly create: (user: string, password: string) => readonly string[];
  readonly user: (user: string) => string;
  readonly drop: (user: string) => readonly string[];
}

// MariaDB lets nobody into a database who has no right there at all.
const mariadb: Statements = {
  create: (user, password) => [
    `CREATE USER ${user}@'%' IDENTIFIED BY '${password}'`,
    `CREATE TABLE lobby (id int)`,
    `GRANT SELECT ON lobby TO ${user}@'%'`,
  ],
  user: (user) => `${user}@'%'`,
  drop: (user) => [`DROP USER ${user}@'%'`, 'DROP TABLE lobby'],
};

/** One entry a database that has users. */
const statements: Record<Server, Statements> = {
  postgres: {
    create: (user, password) => [
      // As it is by itself from PostgreSQL 15 on: before that everybody may create tables.
      'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
      `CREATE ROLE ${user} LOGIN PASSWORD '${password}'`,
      `GRANT USAGE ON SCHEMA public TO ${user}`,
    ],
    user: (user) => user,
    drop: (user) => [`DROP OWNED BY ${user}`, `DROP ROLE ${user}`],
  },
  mariadb,
  mysql: mariadb,
};

export async function createAccount(database: TestDatabase): Promise<Account> {
  const { create, drop, user } = statements[database.dialect as Server];
  const id = randomUUID().replaceAll('-', '');
  const username = `marathon_${id.slice(0, 12)}`;
  const password = id.slice(12);
  const run = async (texts: readonly string[]): Promise<void> => {
    for (const text of texts) await database.query(text);
  };
  await run(create(username, password));
  return {
    options: { username, password },
    grant: (text) => run([`${text} TO ${user(username)}`]),
    drop: () => run(drop(username)),
  };
}
