import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Backend } from './registry.js';

type Options = Readonly<Record<string, unknown>>;

/** One connection to acquire and release with, and one to renew with, which must not wait. */
const POOL_SIZE = 2;
const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than a minute, so that a cron of every minute finds its connection open. */
const IDLE_TIMEOUT_MS = 90_000;
/** Of the options that reach the driver as they are, those that say where and how to connect. */
const ADDRESS_EXTRAS = ['host', 'port', 'socketPath', 'ssl', 'options', 'authPlugins'];

/**
 * A small data source of our own to the same database, so that no lock waits for a pool that jobs
 * have emptied, and no statement lands in a transaction of the application.
 *
 * Its options are an allow-list of the application's. A plain copy of them once came with
 * `dropSchema: true`, and dropped the application's tables.
 */
export function dedicatedDataSource(shared: DataSource, { address }: Backend): DataSource {
  const own = shared.options as unknown as Options;
  const { master } = (own['replication'] ?? {}) as { master?: Options };
  const extra = own['extra'] as Options | undefined;
  return new DataSource({
    ...picked(own, address),
    ...(master && picked(master, address)),
    type: shared.options.type,
    // No wait for SQLite's write lock: better-sqlite3 would block the event loop that has to finish
    // the transaction it waits for. A busy database is asked again instead.
    timeout: 0,
    extra: { ...(extra && picked(extra, ADDRESS_EXTRAS)), ...poolOptions(shared.options.type) },
    entities: [],
    migrations: [],
    subscribers: [],
    logging: false,
    cache: false,
    dropSchema: false,
    synchronize: false,
    migrationsRun: false,
  } as unknown as DataSourceOptions);
}

/** Whether a second connection would not see the same database. */
export function mustShare({ options }: DataSource): boolean {
  if (options.type !== 'better-sqlite3') return options.type === 'sqljs';
  return options.database === ':memory:' || options.database === '';
}

/** In the words of the driver's pool, to which TypeORM hands its `extra` as it is. */
function poolOptions(type: string): Options {
  if (type !== 'postgres') {
    return { connectionLimit: POOL_SIZE, connectTimeout: CONNECT_TIMEOUT_MS };
  }
  return {
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    application_name: 'nestjs-marathon',
  };
}

function picked(options: Options, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
}
