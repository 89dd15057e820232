import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Dialect } from '../../support/databases/test-database.js';
import { DATABASE_NOW } from './database-time.js';
import { ownSettings } from './settings.js';

const DIALECTS: Readonly<Partial<Record<string, Dialect>>> = {
  postgres: 'postgres',
  mariadb: 'mariadb',
  'better-sqlite3': 'sqlite',
};

/** The jobs' own table, by which is judged what they did. */
@Injectable()
export class Journal {
  constructor(private readonly dataSource: DataSource) {}

  /** Writes a line over the application's pool, or in a transaction of it. */
  async write(
    line: { readonly job: string; readonly what: string; readonly tick?: number },
    through: DataSource | EntityManager = this.dataSource,
  ): Promise<void> {
    const dialect = DIALECTS[this.dataSource.options.type]!;
    const values = [line.job, line.what, line.tick ?? null, ownSettings().instance];
    const places = values.map((_, index) => (dialect === 'postgres' ? `$${index + 1}` : '?'));
    await through.query(
      `INSERT INTO journal (job, what, tick, instance, wrote_at)
       VALUES (${places.join(', ')}, ${DATABASE_NOW[dialect]})`,
      values,
    );
  }
}
