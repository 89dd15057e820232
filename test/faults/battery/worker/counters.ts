import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

type Kind = 'fenced' | 'unfenced';

interface Write {
  readonly name: string;
  readonly kind: Kind;
  readonly value: number;
  readonly fence: number;
}

/** The application's own tables. Two runs at the same time read the same value, and one gets lost. */
@Injectable()
export class Counters {
  #own: Promise<DataSource> | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * What is committed by now, neither what is rolled back later nor what has been written over: no
   * fence can help a body that has read that.
   */
  async read(name: string, kind: Kind): Promise<number> {
    const runner = (await this.#reader()).createQueryRunner();
    try {
      // Of the databases that are tried only this one can read it. It counts for the next statement.
      if (isInnodb(this.dataSource)) {
        await runner.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
      }
      const [row] = await this.#query<{ value: unknown }[]>(
        'SELECT value FROM counter WHERE name = ? AND kind = ?',
        [name, kind],
        runner.manager,
      );
      return Number(row!.value);
    } finally {
      await runner.release();
    }
  }

  /** On SQLite an application has one connection, on which it reads what others' open transactions see. */
  #reader(): DataSource | Promise<DataSource> {
    const { options } = this.dataSource;
    if (options.type !== 'better-sqlite3') return this.dataSource;
    const { database, timeout = 0, type } = options;
    this.#own ??= new DataSource({ type, database, timeout }).initialize();
    this.#own.catch(() => (this.#own = undefined)); // the next one may find the database again
    return this.#own;
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
