import { Injectable } from '@nestjs/common';
import type Database from 'better-sqlite3';
import { DataSource, type EntityManager } from 'typeorm';
import { inTransaction, onceFree, openHandle, runOn } from '../grounds/sqlite/handle.js';

type Kind = 'fenced' | 'unfenced';

const READ = 'SELECT value FROM counter WHERE name = ? AND kind = ?';
const UPDATE = 'UPDATE counter SET value = ? WHERE name = ? AND kind = ?';

interface Row {
  readonly value: number;
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
  readonly #sqlite: Database | undefined;

  constructor(private readonly dataSource: DataSource) {
    const { options } = dataSource;
    if (options.type === 'better-sqlite3') this.#sqlite = openHandle(options.database);
  }

  /**
   * What is committed by now, neither what is rolled back later nor what has been written over: no
   * fence can help a body that has read that.
   */
  async read(name: string, kind: Kind): Promise<number> {
    if (this.#sqlite) return runOn<Row>(this.#sqlite, READ, [name, kind])[0]!.value;
    const runner = this.dataSource.createQueryRunner();
    try {
      // Of the databases that are tried only this one can read it. It counts for the next statement.
      if (isInnodb(this.dataSource)) {
        await runner.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
      }
      const [row] = await this.#query<Row[]>(READ, [name, kind], runner.manager);
      return Number(row!.value);
    } finally {
      await runner.release();
    }
  }

  async write(write: Write, manager?: EntityManager): Promise<void> {
    if (manager) return this.#write(write, manager);
    if (this.#sqlite) return this.#writeApart(this.#sqlite, write);
    await this.dataSource.transaction((own) => this.#write(write, own));
  }

  /**
   * On SQLite an application has one connection. What is read there is what others' open transactions
   * see; and where the database rolls one back by itself, as on a full disk, TypeORM goes on in it.
   */
  #writeApart(sqlite: Database, { name, kind, value, fence }: Write): Promise<void> {
    const all = (): void => {
      runOn(sqlite, UPDATE, [value, name, kind]);
      runOn(sqlite, insertInto(kind), [name, fence]);
    };
    return onceFree(() => inTransaction(sqlite, all));
  }

  async #write({ name, kind, value, fence }: Write, manager: EntityManager): Promise<void> {
    await this.#query(UPDATE, [value, name, kind], manager);
    await this.#query(insertInto(kind), [name, fence], manager);
  }

  #query<Result>(
    text: string,
    parameters: readonly unknown[],
    through: EntityManager,
  ): Promise<Result> {
    let count = 0;
    const isPostgres = this.dataSource.options.type === 'postgres';
    const own = isPostgres ? text.replaceAll('?', () => `$${(count += 1)}`) : text;
    return through.query<Result>(own, [...parameters]);
  }
}

function insertInto(kind: Kind): string {
  return `INSERT INTO ${kind}_write (name, fence) VALUES (?, ?)`;
}

function isInnodb({ options }: DataSource): boolean {
  return options.type === 'mysql' || options.type === 'mariadb';
}
