import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { CommandFactory } from 'nest-commander';
import {
  type AttemptedEvent,
  MarathonModule,
  MarathonObserver,
  type RunObserver,
} from 'nestjs-marathon';
import { optionsFromUrl } from '../../support/databases/url.js';
import { answer, tell } from '../support/parent.js';
import * as commands from './commands.js';
import { Schedules } from './schedules.js';
import { programSettings } from './settings.js';

const { url, instance, ttlMs, override, root, hooks, asServer, withoutMarathon } =
  programSettings();
const { FieldOverride, MethodOverride, InventoryCommand, NamelessRoot, ServeCommand } = commands;

@MarathonObserver()
class Attempts implements RunObserver {
  onAttempted({ name }: AttemptedEvent): void {
    if (!name.startsWith('schedules:')) tell('attempted');
  }
}

/** An application as its servers import it. */
@Module({
  imports: [
    ScheduleModule.forRoot(),
    TypeOrmModule.forRoot({ ...optionsFromUrl(url), retryAttempts: 0 } as TypeOrmModuleOptions),
    ...(withoutMarathon ? [] : [MarathonModule.forRoot({ instance, defaultTtl: ttlMs })]),
  ],
  providers: withoutMarathon ? [] : [Schedules, Attempts],
  exports: withoutMarathon ? [] : [Schedules],
})
class AppModule {}

const overriding = { method: [MethodOverride], field: [FieldOverride] };

@Module({
  imports: [AppModule],
  providers: [
    ...InventoryCommand.registerWithSubCommands(),
    ...(withoutMarathon ? [] : [ServeCommand]),
    ...(root ? [NamelessRoot] : []),
    ...(override ? overriding[override] : []),
  ],
})
class CliModule {}

// Under npm a terminal's Ctrl-C arrives twice: npm is told too, and passes it on.
answer('ctrl-c', async () => {
  process.emit('SIGINT', 'SIGINT');
  process.emit('SIGINT', 'SIGINT');
});

if (asServer) {
  const app = await NestFactory.createApplicationContext(CliModule, { logger: ['error'] });
  await app.get(Schedules).all;
  tell('served');
  await app.close();
} else if (hooks) {
  const app = await CommandFactory.createWithoutRunning(CliModule, ['error']);
  app.enableShutdownHooks([], { useProcessExit: hooks === 'exit' });
  await CommandFactory.runApplication(app);
  await app.close();
} else {
  await CommandFactory.run(CliModule, ['error']);
}
