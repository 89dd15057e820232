import 'reflect-metadata';
import { Injectable, Logger, Module, type LoggerService, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  LockService,
  MarathonModule,
  MarathonObserver,
  SingleRunner,
  type RunObserver,
} from 'nestjs-marathon';
import type { TestDatabase } from '../../support/databases.js';

/** How often each thing happened, in all instances of this process. */
export const counts = new Map<string, number>();

export function count(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

@MarathonObserver()
class Counter implements RunObserver {
  onStarted = (): void => count('runs');
  onFinished = ({ outcome }: { outcome: string }): void => count(`runs ${outcome}`);
  onRenewed = (): void => count('renewals');
  onLost = (): void => count('lost');
  onStoreError = (): void => count('store errors');
  onSkipped = ({ reason }: { reason: string }): void => count(`skips: ${reason}`);
}

/** The observer that logs is at work too; what it says is counted and not kept. */
class CountingLogger implements LoggerService {
  log(): void {}
  warn = (): void => count('warnings');
  error = (): void => count('errors logged');
}

/** A class with one cron each second; each of them has a name of its own to lock. */
function everySecond(name: string): Type {
  @Injectable()
  class Job {
    @Cron('* * * * * *')
    @SingleRunner(name, '5s')
    async tick(): Promise<void> {
      count('crons');
    }
  }
  return Job;
}

/** An instance of an application, as a user would build it. */
export interface SoakedInstance {
  readonly locks: LockService;
  close(): Promise<void>;
}

export async function startInstance(
  { options }: TestDatabase,
  instance: string,
  cronNames: readonly string[],
): Promise<SoakedInstance> {
  @Module({
    imports: [
      ScheduleModule.forRoot(),
      TypeOrmModule.forRoot(options),
      MarathonModule.forRoot({ instance }),
    ],
    providers: [Counter, ...cronNames.map(everySecond)],
  })
  class AppModule {}

  const logger = new CountingLogger();
  Logger.overrideLogger(logger);
  const app = await NestFactory.createApplicationContext(AppModule, { logger });
  return { locks: app.get(LockService), close: () => app.close() };
}
