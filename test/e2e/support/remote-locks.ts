import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { LockService, MarathonError, type Lease } from 'nestjs-marathon';
import type { WorkerMessage } from '../../support/inbox.js';
import { answer, tell } from './parent.js';

/**
 * Takes locks by `LockService` as the test asks: `acquire` with a `name` and a `ttlMs`, `release`
 * with a `name`. Each is answered by `acquired`, `refused`, `released` or `failed`; `aborted` tells
 * that a lease's signal has fired.
 */
@Injectable()
export class RemoteLocks {
  readonly #leases = new Map<string, Lease>();

  constructor(private readonly locks: LockService) {
    answer('acquire', (message) => this.#timed(message, () => this.#acquire(message)));
    answer('release', (message) => this.#timed(message, () => this.#release(message)));
  }

  async #acquire({ name, ttlMs }: WorkerMessage): Promise<Readonly<Record<string, unknown>>> {
    const lease = await this.locks.acquire(name as string, ttlMs as number);
    if (!lease) return { type: 'refused' };
    this.#leases.set(lease.name, lease);
    lease.signal.addEventListener('abort', () => tell('aborted', { name, ...codeOf(lease) }));
    return { type: 'acquired', fence: lease.fence };
  }

  async #release({ name }: WorkerMessage): Promise<Readonly<Record<string, unknown>>> {
    return { type: 'released', answer: await this.#leases.get(name as string)!.release() };
  }

  async #timed(
    { name }: WorkerMessage,
    call: () => Promise<Readonly<Record<string, unknown>>>,
  ): Promise<void> {
    const startedAt = performance.now();
    const told = await call().catch((error: unknown) => {
      if (!(error instanceof MarathonError)) throw error;
      return { type: 'failed', code: error.code, message: error.message };
    });
    tell(told.type as string, { ...told, name, tookMs: performance.now() - startedAt });
  }
}

function codeOf({ signal }: Lease): { code: string } {
  return { code: (signal.reason as MarathonError).code };
}
