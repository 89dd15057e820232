import type { DataSourceOptions } from 'typeorm';

/** What is spoken. MySQL's dialect is spoken to a MariaDB server. */
export type Dialect = 'postgres' | 'mariadb' | 'mysql' | 'sqlite';

export interface TestDatabase {
  readonly dialect: Dialect;

  /** TypeORM options that reach this database, with no entities. */
  readonly options: DataSourceOptions;

  /** The same in one string, for child processes: `sqlite:/path/file.sqlite` for SQLite. */
  readonly url: string;

  /**
   * A raw connection outside of TypeORM and of the library, for oracles. Placeholders are `?` on
   * each of the databases; whole numbers of any size come as `number` on each of them.
   */
  query<Row = Record<string, unknown>>(
    text: string,
    parameters?: readonly unknown[],
  ): Promise<Row[]>;

  /** Closes the raw connection and drops the database or removes the file. */
  drop(): Promise<void>;
}
