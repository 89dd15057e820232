import { setTimeout as pause } from 'node:timers/promises';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { LockService, type Lease, type RunOptions, type RunResult } from 'nestjs-marathon';
import { between, chance, oneOf, shuffled } from './chance.js';
import { note } from './journal.js';
import { ownSettings } from './settings.js';
import { told, type Answer } from './told.js';
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
    const asked = options();
    const run = (): Promise<RunResult<void>> =>
      this.locks.run(name, asked, (lease) =>
        this.work.run(lease, { cron: false, holdMs: asked.holdAtLeast }),
      );
    await told({ name, waitMs: asked.wait ?? 0 }, run, ofRun);
  }

  /** In any order: that all instances lock rows in one order is the library's concern. */
  async #takeMany(): Promise<void> {
    const { batchNames, ttlMs } = ownSettings();
    const workMs = between(5, 50);
    const acquire = async (name: string): Promise<void> => {
      const lease = await told(
        { name, waitMs: 0 },
        () => this.locks.acquire(name, ttlMs),
        ofAcquire,
      );
      if (!lease) return;
      const { fence } = lease;
      note('started', { name, fence, cron: false, holdMs: 0 });
      const { signal } = lease;
      const abort = (): void => note('aborted', { name, fence, reason: reasonOf(signal) });
      signal.addEventListener('abort', abort, { once: true });
      await pause(workMs);
      note('ended', { name, fence });
      await lease.release().catch(() => {}); // the database was away: it is left to expire
    };
    await Promise.all(shuffled(batchNames).map(acquire));
  }
}

function options(): RunOptions & { readonly holdAtLeast?: number; readonly wait?: number } {
  const { ttlMs } = ownSettings();
  const dice = chance();
  if (dice < 0.2) return { ttl: ttlMs, wait: between(50, ttlMs) };
  if (dice < 0.3) return { ttl: ttlMs, holdAtLeast: between(50, ttlMs / 2) };
  if (dice < 0.35) return { ttl: ttlMs, maxRuntime: between(50, ttlMs) };
  if (dice < 0.4) return { ttl: ttlMs, renew: false };
  return { ttl: ttlMs };
}

function ofRun(result: RunResult<void>): Answer {
  const { outcome } = result;
  return outcome === 'skipped'
    ? { outcome, reason: result.reason }
    : { outcome, reason: result.lost ? 'lost' : '' };
}

/** `null` says *held*, and nothing else. */
function ofAcquire(lease: Lease | null): Answer {
  return lease ? { outcome: 'completed', reason: '' } : { outcome: 'skipped', reason: 'held' };
}
