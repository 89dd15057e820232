import { Logger, type Provider } from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { systemClock, type Clock } from '../core/clock.js';
import type { FencedTransactions, FenceRequest } from '../core/fenced-transactions.js';
import type { LockStore } from '../core/lock-store.js';
import { MemoryLockStore } from '../core/memory-lock-store.js';
import { notifier } from '../core/notify.js';
import type { RunObserver } from '../core/run-observer.js';
import { SingleRun } from '../core/single-run.js';
import { builtInObservers } from '../observers/index.js';
import { TypeOrmFencedTransactions } from '../sql/fenced-transactions.js';
import { openLockStore } from '../sql/open-lock-store.js';
import { durationMs } from './duration.js';
import { LockService } from './lock.service.js';
import { MarathonLifecycle } from './marathon.lifecycle.js';
import { resolveOptions, type MarathonOptions, type ResolvedOptions } from './marathon.options.js';
import { CLOCK, getLockServiceToken, guardToken, STORE } from './marathon.tokens.js';
import { DataSourceNotFoundError, DuplicateModuleError } from './nest.errors.js';
import { SingleRunnerExplorer } from './single-runner.explorer.js';
import { StartUpReport } from './start-up/start-up-report.js';

const OPTIONS = Symbol('MarathonModule options');
const FENCED = Symbol('MarathonModule fenced transactions');
const OBSERVERS = Symbol('MarathonModule observers');

/** What a module is made of, from its options to its `LockService`. */
export function marathonProviders(
  optionsToken: string | symbol,
  { name, dataSource }: { name: string; dataSource: string },
): Provider[] {
  const logger = new Logger('Marathon');
  const found = { token: getDataSourceToken(dataSource), optional: true };
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
      inject: [OPTIONS, found],
      useFactory: (options: ResolvedOptions, source?: DataSource) =>
        options.enabled ? openStore(options, source, dataSource, logger) : memoryStore(logger),
    },
    {
      provide: FENCED,
      inject: [OPTIONS, STORE, found],
      useFactory: (
        { enabled }: ResolvedOptions,
        store: LockStore,
        source?: DataSource,
      ): FencedTransactions =>
        enabled ? new TypeOrmFencedTransactions(source!) : besideMemory(store, dataSource, source),
    },
    { provide: CLOCK, useValue: systemClock },
    { provide: OBSERVERS, useFactory: () => builtInObservers(logger) },
    {
      provide: SingleRun,
      inject: [OPTIONS, STORE, FENCED, CLOCK, OBSERVERS],
      useFactory: (
        { instance }: ResolvedOptions,
        store: LockStore,
        fenced: FencedTransactions,
        clock: Clock,
        observers: RunObserver[],
      ) => {
        const notify = notifier(observers, (error, { constructor }) => {
          const stack = error instanceof Error ? error.stack : undefined;
          logger.error(`The observer ${constructor.name} failed: ${String(error)}`, stack);
        });
        return new SingleRun({ clock, durationMs, fenced, instance, notify, store });
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
      inject: [DiscoveryService, getLockServiceToken(name), OBSERVERS],
      useFactory: (discovery: DiscoveryService, locks: LockService, observers: RunObserver[]) =>
        new SingleRunnerExplorer(discovery, locks, name, observers),
    },
    {
      provide: StartUpReport,
      inject: [ModulesContainer, OPTIONS],
      useFactory: (modules: ModulesContainer, { defaultTtlMs }: ResolvedOptions) =>
        new StartUpReport(modules, name, defaultTtlMs, (message) => logger.warn(message)),
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
  { connection, createTable, preparedStatements }: ResolvedOptions,
  found: DataSource | undefined,
  dataSource: string,
  logger: Logger,
): Promise<LockStore> {
  if (!found) throw new DataSourceNotFoundError(dataSource);
  const warn = (message: string): void => logger.warn(message);
  return openLockStore(found, { connection, createTable, preparedStatements, warn });
}

function memoryStore(logger: Logger): LockStore {
  logger.warn('Locks are kept in the memory of this process alone (enabled: false).');
  return new MemoryLockStore(systemClock);
}

/**
 * With `enabled: false` the locks are in this process, and the application's transactions are not:
 * the lease is looked at just before the COMMIT. Whether there is a data source, and of which kind,
 * matters to those alone who want such a transaction.
 */
function besideMemory(store: LockStore, name: string, source?: DataSource): FencedTransactions {
  const check = async (_runner: unknown, lease: FenceRequest): Promise<boolean> => {
    const [lock] = await store.inspect([lease.name], 0);
    return lock?.fence === lease.fence && lock.releasedAt === undefined;
  };
  return {
    async run(request, work) {
      if (!source) throw new DataSourceNotFoundError(name);
      return new TypeOrmFencedTransactions(source, check).run(request, work);
    },
  };
}

/** Looked for before a connection is opened, which nobody would close again. */
function refuseDuplicate(modules: ModulesContainer, name: string): void {
  const own = [...modules.values()].filter(({ providers }) => providers.has(guardToken(name)));
  if (own.length > 1) throw new DuplicateModuleError(name);
}
