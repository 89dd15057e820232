import 'reflect-metadata';
import type { EventEmitter } from 'node:events';
import { Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import type { INestApplicationContext } from '@nestjs/common';
import { MarathonModule } from 'nestjs-marathon';
import { DataSource } from 'typeorm';
import { asMysql } from '../../../support/databases/as-mysql.js';
import type { Settings } from './settings.js';
import { SlowCommits } from './slow-commits.js';

@Module({})
class InstanceModule {}

/** An application that uses the package as a user's would. */
export async function createApplication(
  settings: Settings,
  providers: Provider[] = [],
): Promise<INestApplicationContext> {
  const { instance, order, ttlMs } = settings;
  const parts = {
    // The battery makes the table, as its triggers have to stand before the first grant.
    marathon: MarathonModule.forRoot({
      instance,
      defaultTtl: ttlMs,
      shutdownTimeout: 2 * ttlMs,
      createTable: false,
    }),
    schedule: ScheduleModule.forRoot(),
    typeorm: TypeOrmModule.forRoot(databaseOptions(settings)),
  };
  const app = await NestFactory.createApplicationContext(
    { module: InstanceModule, imports: order.map((part) => parts[part]), providers },
    // Else Nest ends the process without a word if the database is away.
    { logger: false, abortOnError: false },
  );
  hearErrors(app.get(DataSource));
  return app;
}

/** TypeORM listens to a new client of `pg` a moment late, in which an error would end the process. */
function hearErrors({ driver }: DataSource): void {
  const { master: pool } = driver as unknown as { readonly master?: EventEmitter };
  pool?.on('connect', (client: EventEmitter) => client.on('error', () => {}));
}

function databaseOptions({ url, poolSize, speaksMysql }: Settings): TypeOrmModuleOptions {
  const common = {
    subscribers: [SlowCommits],
    // The database may be away at the start. As patient as by default, but it looks more often.
    retryDelay: 100,
    retryAttempts: 300,
  };
  if (url.startsWith('sqlite:')) {
    const database = url.slice('sqlite:'.length);
    // It waits without letting anything else run.
    return { type: 'better-sqlite3', database, timeout: 50, ...common };
  }
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    ...typeOf(protocol, speaksMysql),
    host: hostname,
    port: Number(port),
    username,
    password,
    database: pathname.slice(1),
    poolSize,
    ...common,
  } as TypeOrmModuleOptions;
}

function typeOf(protocol: string, speaksMysql: boolean): object {
  if (protocol === 'postgres:') return { type: 'postgres' };
  return speaksMysql ? { type: 'mysql', driver: asMysql } : { type: 'mariadb' };
}
