import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { LeaseLostError, type Lease } from 'nestjs-marathon';
import { between, chance } from './chance.js';
import { Counters } from './counters.js';
import { monotonicMs, note } from './journal.js';
import { ownSettings } from './settings.js';

/** Bodies that go on after their signal, as those do that were written without a thought of it. */
const STUBBORN_SHARE = 0.15;

/** Bodies that do not leave it to the library to renew. */
const EXTENDING_SHARE = 0.2;

/** What it runs for. */
interface Asked {
  readonly cron: boolean;
  /** The `holdAtLeast` that was asked for, if any was. */
  readonly holdMs?: number | undefined;
}

/** What runs under a lease: reads two counters, takes its time, and writes both. */
@Injectable()
export class Work {
  constructor(private readonly counters: Counters) {}

  async run(lease: Lease, { cron, holdMs = 0 }: Asked): Promise<void> {
    const { name, fence, signal } = lease;
    const stubborn = chance() < STUBBORN_SHARE;
    note('started', { name, fence, cron, holdMs });
    const abort = (): void => note('aborted', { name, fence, reason: reasonOf(signal) });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    try {
      await this.#work(lease, stubborn);
    } finally {
      signal.removeEventListener('abort', abort);
      note('ended', { name, fence });
    }
  }

  async #work(lease: Lease, stubborn: boolean): Promise<void> {
    const { name, signal } = lease;
    const fenced = await this.counters.read(name, 'fenced');
    const unfenced = await this.counters.read(name, 'unfenced');
    // It may have been lost by then, and says so: the body goes on as it would have.
    if (chance() < EXTENDING_SHARE) await lease.extend(ownSettings().ttlMs).catch(() => {});
    await pause(durationMs(), undefined, stubborn ? {} : { signal });
    await this.#attempt('unfenced', lease, () =>
      this.counters.write({ name, kind: 'unfenced', value: unfenced + 1, fence: lease.fence }),
    );
    await this.#attempt('fenced', lease, () =>
      lease.transaction((manager) =>
        this.counters.write(
          { name, kind: 'fenced', value: fenced + 1, fence: lease.fence },
          manager,
        ),
      ),
    );
  }

  /** What became of a write is told by the journal, and by nothing else: the body goes on. */
  async #attempt(
    what: 'fenced' | 'unfenced',
    { name, fence }: Lease,
    write: () => Promise<void>,
  ): Promise<void> {
    const since = monotonicMs();
    const outcome = await write().then(
      () => 'committed',
      (error: unknown) => (error instanceof LeaseLostError ? 'lost' : 'failed'),
    );
    note(what, { name, fence, since, outcome });
  }
}

export function reasonOf({ reason }: AbortSignal): string {
  const { name, message } = reason as Error;
  return `${name}: ${message}`;
}

/** Most are over before the first renewal, some go on through several. */
function durationMs(): number {
  const { ttlMs } = ownSettings();
  return chance() < 0.7 ? between(10, ttlMs / 3) : between(ttlMs / 3, ttlMs * 2.5);
}
