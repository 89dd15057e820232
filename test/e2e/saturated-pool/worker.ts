import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { requireLease, SingleRunner } from 'nestjs-marathon';
import { startInstance } from '../support/instance.js';
import { Journal } from '../support/journal.js';
import { answer, asked, tell } from '../support/parent.js';
import { RemoteLocks } from '../support/remote-locks.js';

@Injectable()
class Jobs {
  constructor(
    private readonly dataSource: DataSource,
    private readonly journal: Journal,
  ) {
    answer('work', async () => {
      await this.work();
      tell('ended');
    });
  }

  /** Holds the only connection of the pool in a transaction until the test says so. */
  @SingleRunner('transaction', { onSkip: 'throw' })
  async work(): Promise<void> {
    const finish = asked('finish');
    const { signal } = requireLease();
    await this.dataSource.transaction(async (manager) => {
      await this.journal.write({ job: 'transaction', what: 'started' }, manager);
      void this.dataSource.query('SELECT 1').then(() => tell('pool-answered'));
      tell('started');
      await finish;
      await this.journal.write({ job: 'transaction', what: 'finished' }, manager);
    });
    tell('finished', { aborted: signal.aborted });
  }
}

await startInstance([Jobs, RemoteLocks]);
