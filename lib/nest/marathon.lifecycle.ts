import type { BeforeApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import { quoted } from '../core/errors.js';
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
    private readonly warn: (message: string) => void,
  ) {}

  onModuleDestroy(): void {
    this.singleRun.refuse();
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const { name, expiresAt } of await this.singleRun.close(this.shutdownTimeoutMs)) {
      this.warn(
        `${quoted(name)} was not given back within ${this.shutdownTimeoutMs} ms of shutdown, so it ` +
          `stays taken until ${expiresAt.toISOString()}. Let its body heed the lease's signal, or ` +
          `release what acquire() has taken.`,
      );
    }
    await this.store.close();
  }
}
