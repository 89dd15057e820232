import { Injectable } from '@nestjs/common';
import { LeaseLostError, LockService, type Lease } from 'nestjs-marathon';
import { startInstance } from '../support/instance.js';
import { Journal } from '../support/journal.js';
import { answer, asked, tell } from '../support/parent.js';
import { ownSettings } from '../support/settings.js';

/**
 * Takes a name when it is told to, and then writes twice: past the lease's fence, and by its
 * transaction. In between it is stopped, or not.
 */
@Injectable()
class Jobs {
  constructor(
    private readonly journal: Journal,
    private readonly locks: LockService,
  ) {
    answer('run', async ({ name, stopInside }) => {
      const lease = (await this.locks.acquire(name as string, { wait: '60s' }))!;
      if (stopInside) await this.writeAround(lease);
      else await this.writeAfter(lease);
      await lease.release();
    });
  }

  /** Both writes come after the stop. */
  private async writeAfter(lease: Lease): Promise<void> {
    const { instance } = ownSettings();
    tell('holds', { fence: lease.fence, instance });
    await asked('write');
    await this.journal.write({ job: lease.name, what: 'unfenced', tick: lease.fence });
    await this.fenced(lease, async () => {});
  }

  /** The stop comes in the middle of the transaction, when its write is made already. */
  private async writeAround(lease: Lease): Promise<void> {
    await this.fenced(lease, async () => {
      tell('holds', { fence: lease.fence });
      await asked('write');
    });
  }

  private async fenced(lease: Lease, beforeCommit: () => Promise<void>): Promise<void> {
    const line = { job: lease.name, what: 'fenced', tick: lease.fence };
    try {
      await lease.transaction(async (manager) => {
        await this.journal.write(line, manager);
        await beforeCommit();
      });
      tell('wrote', { fenced: 'committed' });
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
      tell('wrote', { fenced: 'refused' });
    }
  }
}

await startInstance([Jobs]);
