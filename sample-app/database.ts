import { DataSource, type DataSourceOptions } from 'typeorm';
import { UsageError } from './arguments.js';
import { Product } from './inventory/product.entity.js';
import { Run } from './journal/run.entity.js';

const SQLITE = 'sqlite:';

/** How the shop connects to the database at a URL. @throws {UsageError} */
export function databaseOptions(url: string): DataSourceOptions {
  if (url.startsWith(SQLITE)) {
    // With WAL, whoever reads does not keep the other processes from writing.
    return { type: 'better-sqlite3', database: url.slice(SQLITE.length), enableWAL: true };
  }
  const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: undefined };
  if (protocol === 'postgres:' || protocol === 'postgresql:') return { type: 'postgres', url };
  if (protocol === 'mysql:' || protocol === 'mariadb:') return { type: 'mariadb', url };
  throw new UsageError('DATABASE_URL is no postgres://, mysql://, mariadb:// or sqlite: URL.');
}

/**
 * Connects, and creates the shop's own tables where they are missing. It is done once, before the
 * instances start: `synchronize` in each of them would race. The lock's table is no concern of the
 * shop, as MarathonModule creates it.
 */
export async function openDatabase(url: string): Promise<DataSource> {
  const options = { ...databaseOptions(url), entities: [Product, Run], synchronize: true };
  try {
    return await new DataSource(options as DataSourceOptions).initialize();
  } catch (error) {
    const where = withoutPassword(url);
    throw new Error(`The database ${where} cannot be used: ${reasonOf(error)}`, { cause: error });
  }
}

/** A URL as people may see it. */
export function withoutPassword(url: string): string {
  return url.replace(/(:\/\/[^:/?#]*):.*@/, '$1:…@');
}

/** Drivers that try several addresses leave the message of the whole empty. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return (error as Error).message;
}
