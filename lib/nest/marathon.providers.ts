import { Logger, type Provider } from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { systemClock } from '../core/clock.js';
import type { LockStore } from '../core/lock-store.js';
import { MemoryLockStore } from '../core/memory-lock-store.js';
import { notifier } from '../core/notify.js';
import { SingleRun } from '../core/single-run.js';
import { builtInObservers } from '../observers/index.js';
import { openLockStore } from '../sql/open-lock-store.js';
import { durationMs } from './duration.js';
import { LockService } from './lock.service.js';
import { MarathonLifecycle } from './marathon.lifecycle.js';
import { resolveOptions, type MarathonOptions, type ResolvedOptions } from './marathon.options.js';
import { getLockServiceToken, guardToken } from './marathon.tokens.js';
import { DataSourceNotFoundError, DuplicateModuleError } from './nest.errors.js';
import { SingleRunnerExplorer } from './single-runner.explorer.js';

const OPTIONS = Symbol('MarathonModule options');
const STORE = Symbol('MarathonModule store');

/** What a module is made of, from its options to its `LockService`. */
export function marathonProviders(
  optionsToken: string | symbol,
  { name, dataSource }: { name: string; dataSource: string },
): Provider[] {
  const logger = new Logger('Marathon');
  return [
    {
      provide: OPTIONS,
      inject: [optionsToken, ModulesContainer],
      useFactory: (options: MarathonOptions | undefined, modules: ModulesContainer) => {
        refuseDuplicate(modules, name);
        return resolveOptions(options);
      },
    },
    {
      provide: STORE,
      inject: [OPTIONS, { token: getDataSourceToken(dataSource), optional: true }],
      useFactory: (options: ResolvedOptions, found?: DataSource) =>
        options.enabled ? openStore(options, found, dataSource, logger) : memoryStore(logger),
    },
    {
      provide: SingleRun,
      inject: [OPTIONS, STORE],
      useFactory: ({ instance }: ResolvedOptions, store: LockStore) => {
        const tellFailure = (error: unknown): void => logger.error('An observer failed', error);
        const notify = notifier(builtInObservers(logger), tellFailure);
        return new SingleRun({ clock: systemClock, durationMs, instance, notify, store });
      },
    },
    {
      provide: getLockServiceToken(name),
      inject: [SingleRun, OPTIONS],
      useFactory: (singleRun: SingleRun, { defaultTtlMs }: ResolvedOptions) =>
        LockService.over(singleRun, defaultTtlMs),
    },
    { provide: guardToken(name), useExisting: getLockServiceToken(name) },
    {
      provide: SingleRunnerExplorer,
      inject: [DiscoveryService, getLockServiceToken(name)],
      useFactory: (discovery: DiscoveryService, locks: LockService) =>
        new SingleRunnerExplorer(discovery, locks, name),
    },
    {
      provide: MarathonLifecycle,
      inject: [SingleRun, STORE, OPTIONS],
      useFactory: (singleRun: SingleRun, store: LockStore, options: ResolvedOptions) =>
        new MarathonLifecycle(singleRun, store, options.shutdownTimeoutMs, (message) =>
          logger.warn(message),
        ),
    },
  ];
}

async function openStore(
  { connection, createTable }: ResolvedOptions,
  found: DataSource | undefined,
  dataSource: string,
  logger: Logger,
): Promise<LockStore> {
  if (!found) throw new DataSourceNotFoundError(dataSource);
  const warn = (message: string): void => logger.warn(message);
  return openLockStore(found, { connection, createTable, warn });
}

function memoryStore(logger: Logger): LockStore {
  logger.warn('Locks are kept in the memory of this process alone (enabled: false).');
  return new MemoryLockStore(systemClock);
}

/** Looked for before a connection is opened, which nobody would close again. */
function refuseDuplicate(modules: ModulesContainer, name: string): void {
  const own = [...modules.values()].filter(({ providers }) => providers.has(guardToken(name)));
  if (own.length > 1) throw new DuplicateModuleError(name);
}
