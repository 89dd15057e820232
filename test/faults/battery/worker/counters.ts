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
  constructor(private readonly dataSource: DataSource) {}

  async read(name: string, kind: Kind): Promise<number> {
    const [row] = await this.#query<{ value: unknown }[]>(
      'SELECT value FROM counter WHERE name = ? AND kind = ?',
      [name, kind],
    );
    return Number(row!.value);
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
