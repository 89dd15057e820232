import type { Logger } from 'typeorm';

/** A logger that keeps what TypeORM tells it. */
export class WatchedLogger implements Logger {
  /** Texts, parameters and errors. The query runner that comes with them reaches everything. */
  readonly told: unknown[] = [];

  logQuery = this.#keep.bind(this);
  logQueryError = this.#keep.bind(this);
  logQuerySlow = this.#keep.bind(this);
  logSchemaBuild = this.#keep.bind(this);
  logMigration = this.#keep.bind(this);
  log = this.#keep.bind(this);

  #keep(...told: readonly unknown[]): void {
    this.told.push(...told.filter((part) => !part?.constructor.name.endsWith('QueryRunner')));
  }
}
