import { setTimeout as pause } from 'node:timers/promises';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { LockService, type RunOptions, type RunResult } from 'nestjs-marathon';
import { between, chance, oneOf, shuffled } from './chance.js';
import { note } from './journal.js';
import { ownSettings } from './settings.js';
import { reasonOf, Work } from './work.js';

const LOOPS = 2;

/** Calls of the lock service, again and again. */
@Injectable()
export class Calls implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #ended = false;

  constructor(
    private readonly locks: LockService,
    private readonly work: Work,
  ) {}

  onApplicationBootstrap(): void {
    for (let loop = 0; loop < LOOPS; loop += 1) void this.#forEver(() => this.#runOne());
    void this.#forEver(() => this.#takeMany(), 5);
  }

  beforeApplicationShutdown(): void {
    this.#ended = true;
  }

  async #forEver(call: () => Promise<void>, slowness = 1): Promise<void> {
    while (!this.#ended) {
      await pause(slowness * between(100, 500));
      await call();
    }
  }

  async #runOne(): Promise<void> {
    const name = oneOf(ownSettings().names);
    const run = this.locks.run(name, options(), (lease) => this.work.run(lease, false));
    await run.then(
      (result) => note('told', { name, outcome: result.outcome, reason: detailOf(result) }),
      (error: unknown) => note('told', { name, outcome: 'failed', reason: (error as Error).name }),
    );
  }

  /** In any order: that all instances lock rows in one order is the library's concern. */
  async #takeMany(): Promise<void> {
    const { batchNames, ttlMs } = ownSettings();
    const workMs = between(5, 50);
    const acquire = async (name: string): Promise<void> => {
      const lease = await this.locks.acquire(name, ttlMs);
      if (!lease) return;
      const { fence } = lease;
      note('started', { name, fence, cron: false });
      const { signal } = lease;
      const abort = (): void => note('aborted', { name, fence, reason: reasonOf(signal) });
      signal.addEventListener('abort', abort, { once: true });
      await pause(workMs);
      note('ended', { name, fence });
      await lease.release();
    };
    const failed = (name: string, error: unknown): void =>
      note('told', { name, outcome: 'failed', reason: (error as Error).name });
    await Promise.all(
      shuffled(batchNames).map((name) => acquire(name).catch((error) => failed(name, error))),
    );
  }
}

function options(): RunOptions {
  const { ttlMs } = ownSettings();
  const dice = chance();
  if (dice < 0.2) return { ttl: ttlMs, wait: between(50, ttlMs) };
  if (dice < 0.3) return { ttl: ttlMs, holdAtLeast: between(50, ttlMs / 2) };
  if (dice < 0.35) return { ttl: ttlMs, maxRuntime: between(50, ttlMs) };
  if (dice < 0.4) return { ttl: ttlMs, renew: false };
  return { ttl: ttlMs };
}

function detailOf(result: RunResult<void>): string {
  return result.outcome === 'skipped' ? result.reason : result.lost ? 'lost' : '';
}
