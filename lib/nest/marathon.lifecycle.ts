import type { BeforeApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import type { LockStore } from '../core/lock-store.js';
import type { SingleRun } from '../core/single-run.js';

/**
 * Shutdown, in Nest's order, which no order of imports changes: every module's onModuleDestroy,
 * then every beforeApplicationShutdown, and only then does TypeORM close the application's data
 * source. Nest itself waits for no running job.
 */
export class MarathonLifecycle implements OnModuleDestroy, BeforeApplicationShutdown {
  constructor(
    private readonly singleRun: SingleRun,
    private readonly store: LockStore,
    private readonly shutdownTimeoutMs: number,
  ) {}

  onModuleDestroy(): void {
    this.singleRun.refuse();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.singleRun.close(this.shutdownTimeoutMs);
    await this.store.close();
  }
}
