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
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * What is committed by now, neither what is rolled back later nor what has been written over: no
   * fence can help a body that has read that.
   */
  read(name: string, kind: Kind): Promise<number> {
    return this.#apart(async (dataSource) => {
      const runner = dataSource.createQueryRunner();
      try {
        // Of the databases that are tried only this one can read it. It counts for the next statement.
        if (isInnodb(dataSource)) {
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
    });
  }

  write(write: Write, manager?: EntityManager): Promise<void> {
    if (manager) return this.#write(write, manager);
    return this.#apart((dataSource) => dataSource.transaction((own) => this.#write(write, own)));
  }

  /**
   * On SQLite an application has one connection. What is read there is what others' open transactions
   * see, and transactions that overlap end each other. So there it is another one, one after the other.
   */
  #apart<Result>(work: (dataSource: DataSource) => Promise<Result>): Promise<Result> {
    const { options } = this.dataSource;
    if (options.type !== 'better-sqlite3') return work(this.dataSource);
    const { database, timeout = 0, type } = options;
    const done = this.#last.then(async () => {
      this.#own ??= new DataSource({ type, database, timeout }).initialize();
      this.#own.catch(() => (this.#own = undefined)); // the next one may find the database again
      return work(await this.#own);
    });
    this.#last = done.catch(() => {});
    return done;
  }

  async #write({ name, kind, value, fence }: Write, manager: EntityManager): Promise<void> {
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
