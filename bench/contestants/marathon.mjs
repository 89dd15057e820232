import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LockService, MarathonModule } from 'nestjs-marathon';

/** The options of a data source to a scratch database. */
function sourceOptions(dialect, { url }, more) {
  if (dialect === 'postgres') return { type: 'postgres', url, ...more };
  if (dialect === 'mariadb')
    return { type: 'mariadb', url: url.replace(/^mysql:/, 'mariadb:'), ...more };
  return { type: 'better-sqlite3', database: url, enableWAL: true, ...more };
}

/**
 * An application of a user, with the module, and else with nothing but what it is given.
 *
 * @param {'postgres' | 'mariadb' | 'sqlite' | 'memory'} dialect
 * @param {{ options?: object, source?: object, shared?: DataSource, module?: object }} more options of the
 *   module and of the data source, or a data source that others use as well; and what its root module
 *   has besides
 */
export function application(dialect, server, { options, source, shared, module = {} } = {}) {
  class App {}
  const database = shared
    ? { useFactory: () => ({}), dataSourceFactory: async () => shared }
    : { useFactory: () => sourceOptions(dialect, server, source) };
  Module({
    ...module,
    imports: [
      ...(module.imports ?? []),
      ...(dialect === 'memory' ? [] : [TypeOrmModule.forRootAsync(database)]),
      MarathonModule.forRoot({ enabled: dialect !== 'memory', ...options }),
    ],
  })(App);
  return NestFactory.createApplicationContext(App, { logger: ['error'] });
}

/** Ours, by its public names. */
export function marathon(dialect, more, title = 'nestjs-marathon') {
  return {
    title,
    async open(server) {
      const app = await application(dialect, server, more);
      const locks = app.get(LockService);
      return {
        acquire: async (name) => (await locks.acquire(name, '1m')) ?? undefined,
        release: (lease) => lease.release(),
        close: () => app.close(),
      };
    },
  };
}
