import 'reflect-metadata';
import { Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { MarathonModule } from 'nestjs-marathon';
import { optionsFromUrl } from '../../support/databases/url.js';
import { Journal } from './journal.js';
import { tell } from './parent.js';
import { ownSettings, type Settings } from './settings.js';
import { ToldLogger } from './told-logger.js';

/** An application that uses the package as a user's would. */
@Module({})
class InstanceModule {}

/**
 * Starts this process's instance, and tells `ready` once its crons run. SIGTERM shuts it down, and
 * it ends with code 0 if nothing went wrong on the way.
 */
export async function startInstance(providers: Provider[]): Promise<void> {
  const settings = ownSettings();
  const { order = ['schedule', 'typeorm', 'marathon'] } = settings;
  const parts = {
    marathon: MarathonModule.forRoot({
      instance: settings.instance,
      defaultTtl: settings.ttlMs,
      shutdownTimeout: settings.shutdownTimeoutMs,
    }),
    schedule: ScheduleModule.forRoot(),
    typeorm: TypeOrmModule.forRoot(databaseOptions(settings)),
  };
  const app = await NestFactory.createApplicationContext(
    {
      module: InstanceModule,
      imports: order.map((part) => parts[part]),
      providers: [Journal, ...providers],
    },
    { logger: new ToldLogger() },
  );
  app.enableShutdownHooks([], { useProcessExit: true });
  tell('ready');
}

function databaseOptions({ url, poolSize }: Settings): TypeOrmModuleOptions {
  const options = { ...optionsFromUrl(url), ...(poolSize !== undefined && { poolSize }) };
  // As patient as TypeOrmModule is by default, but it looks more often.
  return { ...options, retryDelay: 100, retryAttempts: 300 } as TypeOrmModuleOptions;
}
