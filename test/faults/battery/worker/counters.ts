import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

type Kind = 'fenced' | 'unfenced';

const READ = 'SELECT value FROM counter WHERE name = ? AND kind = ?';

interface SqliteDriver {
  readonly databaseConnection: {
    readonly inTransaction: boolean;
    prepare(text: string): { get(...parameters: readonly unknown[]): unknown };
  };
}

interface Write {
  readonly name: string;
  readonly kind: Kind;
  readonly value: number;
  readonly fence: number;
}

/** The application's own tables. Two runs at the same time read the same value, and one gets lost. */
@Injectable()
export class Counters {
  constructor(private readonly dataSource: DataSource) {}

  /** Never what is rolled back later: no fence can help a body that has read that. */
  async read(name: string, kind: Kind): Promise<number> {
    if (this.dataSource.options.type === 'better-sqlite3') return this.#readAlone(name, kind);
    const runner = this.dataSource.createQueryRunner();
    try {
      // Of the databases that are tried only this one can read it. It counts for the next statement.
      if (isInnodb(this.dataSource)) {
        await runner.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
      }
      const [row] = await this.#query<{ value: unknown }[]>(READ, [name, kind], runner.manager);
      return Number(row!.value);
    } finally {
      await runner.release();
    }
  }

  /**
   * There is one connection: within another body's transaction one reads what was true at its start,
   * or what it may still roll back. Nothing comes between this look and the read.
   */
  async #readAlone(name: string, kind: Kind): Promise<number> {
    const { databaseConnection } = this.dataSource.driver as unknown as SqliteDriver;
    while (databaseConnection.inTransaction) await pause(5);
    const row = databaseConnection.prepare(READ).get(name, kind) as { value: number };
    return row.value;
  }

  async write({ name, kind, value, fence }: Write, manager?: EntityManager): Promise<void> {
    if (!manager)
      return this.dataSource.transaction((own) => this.write({ name, kind, value, fence }, own));
    await this.#query(
      'UPDATE counter SET value = ? WHERE name = ? AND kind = ?',
      [value, name, kind],
      manager,
    );
    await this.#query(
      `INSERT INTO ${kind}_write (name, fence) VALUES (?, ?)`,
      [name, fence],
      manager,
    );
  }

  #query<Result>(
    text: string,
    parameters: readonly unknown[],
    through: DataSource | EntityManager = this.dataSource,
  ): Promise<Result> {
    let count = 0;
    const isPostgres = this.dataSource.options.type === 'postgres';
    const own = isPostgres ? text.replaceAll('?', () => `$${(count += 1)}`) : text;
    return through.query<Result>(own, [...parameters]);
  }
}

function isInnodb({ options }: DataSource): boolean {
  return options.type === 'mysql' || options.type === 'mariadb';
}
