import { hostname } from 'node:os';
import { inspect } from 'node:util';
import { InvalidOptionError } from '../core/errors.js';
import { checkBoolean, checkName, checkTtl } from '../core/lock-request.js';
import { durationMs, type Duration } from './duration.js';

/** Options of `MarathonModule.forRoot()`. All may be left out. */
export interface MarathonOptions {
  /**
   * The ttl of calls that name none: how long after a holder's death its name stays taken.
   * 100 ms to 24 days.
   *
   * @defaultValue `'1m'`
   */
  readonly defaultTtl?: Duration | undefined;
  /**
   * The label that people see for this process in skips, logs and the table.
   *
   * @defaultValue the host's name and the process's id, such as `api-7f9c#412`
   */
  readonly instance?: string | undefined;
  /**
   * Where the lock's statements run: `'dedicated'` opens two connections of its own, so that no
   * job that empties the pool can starve a renewal; `'shared'` borrows from the application's pool.
   * SQLite in memory has one connection, which is always shared.
   *
   * @defaultValue `'dedicated'`
   */
  readonly connection?: 'dedicated' | 'shared' | undefined;
  /**
   * How long shutdown waits for running bodies, after their signals were aborted. A body that goes
   * on for longer keeps its lease until that expires.
   *
   * @defaultValue `'10s'`
   */
  readonly shutdownTimeout?: Duration | undefined;
  /**
   * Whether a table that is missing is created at start-up. Many instances may do so at once. With
   * `false` it is only checked: use `marathonMigrations`.
   *
   * @defaultValue `true`
   */
  readonly createTable?: boolean | undefined;
  /**
   * Whether the server may keep the lock's statements prepared, which makes a skip several times
   * faster on PostgreSQL. A pooler that cannot track them (PgBouncer before 1.21, or with
   * `max_prepared_statements` 0) is noticed: each connection then sends its statements in full after
   * one that failed. With `false` none fails. SQLite has no server, and does not heed it.
   *
   * @defaultValue `true`
   */
  readonly preparedStatements?: boolean | undefined;
  /**
   * With `false` locks live in this process's memory: everything keeps its meaning on one process,
   * and no database is needed. Meant for tests and for development.
   *
   * @defaultValue `true`
   */
  readonly enabled?: boolean | undefined;
}

/** The options with their defaults, and with milliseconds for durations. */
export interface ResolvedOptions {
  readonly defaultTtlMs: number;
  readonly instance: string;
  readonly connection: 'dedicated' | 'shared';
  readonly shutdownTimeoutMs: number;
  readonly createTable: boolean;
  readonly preparedStatements: boolean;
  readonly enabled: boolean;
}

/** @throws {InvalidOptionError} */
export function resolveOptions(options: MarathonOptions = {}): ResolvedOptions {
  for (const extra of ['name', 'dataSource']) {
    if (!(extra in options)) continue;
    throw new InvalidOptionError(
      `The option ${extra} came from a factory of forRootAsync(), too late to be heeded: give it ` +
        `beside useFactory, useClass or useExisting.`,
    );
  }
  const resolved = {
    defaultTtlMs: durationMs(options.defaultTtl ?? '1m', 'defaultTtl'),
    instance: options.instance ?? `${hostname()}#${process.pid}`,
    connection: options.connection ?? 'dedicated',
    shutdownTimeoutMs: durationMs(options.shutdownTimeout ?? '10s', 'shutdownTimeout'),
    createTable: options.createTable ?? true,
    preparedStatements: options.preparedStatements ?? true,
    enabled: options.enabled ?? true,
  };
  checkTtl(resolved.defaultTtlMs);
  checkBoolean('createTable', resolved.createTable);
  checkBoolean('preparedStatements', resolved.preparedStatements);
  checkBoolean('enabled', resolved.enabled);
  if (!(resolved.shutdownTimeoutMs >= 0)) {
    throw new InvalidOptionError(
      `A shutdownTimeout of ${resolved.shutdownTimeoutMs} ms is out of range: give 0 or more.`,
    );
  }
  if (!['dedicated', 'shared'].includes(resolved.connection)) {
    throw new InvalidOptionError(
      `The connection ${JSON.stringify(resolved.connection)} is unknown: give 'dedicated' or 'shared'.`,
    );
  }
  checkInstance(resolved.instance);
  return resolved;
}

/** A label is stored and shown, so it has the bounds of a name. */
function checkInstance(instance: unknown): void {
  try {
    checkName(instance);
  } catch {
    throw new InvalidOptionError(
      `The instance ${inspect(instance)} is no label for a process: give a string of 1 to 255 ` +
        `characters, such as 'api-1'.`,
    );
  }
}
