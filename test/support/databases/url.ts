import type { DataSourceOptions } from 'typeorm';
import { asMysql } from './as-mysql.js';

/** TypeORM options for a test database's URL, with no entities. Worker processes use it too. */
export function optionsFromUrl(url: string): DataSourceOptions {
  if (url.startsWith('sqlite:')) {
    return { type: 'better-sqlite3', database: url.slice('sqlite:'.length) };
  }
  const parsed = new URL(url);
  if (parsed.search !== '') {
    throw new Error(`Test database URLs take no parameters, but got "${parsed.search}".`);
  }
  const place = {
    host: parsed.hostname,
    ...(parsed.port === '' ? {} : { port: Number(parsed.port) }),
    username: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)),
  };
  switch (parsed.protocol) {
    case 'postgres:':
    case 'postgresql:':
      return { type: 'postgres', ...place };
    case 'mariadb:':
      return { type: 'mariadb', ...place };
    case 'mysql:':
      return { type: 'mysql', driver: asMysql, ...place };
    default:
      throw new Error(`No test database is reached by "${parsed.protocol}".`);
  }
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** The same database through another port of 127.0.0.1, such as a proxy's. */
export function throughPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(port);
  return changed.href;
}
