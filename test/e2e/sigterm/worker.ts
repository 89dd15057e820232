import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { type MarathonError, requireLease, SingleRunner } from 'nestjs-marathon';
import { startInstance } from '../support/instance.js';
import { Journal } from '../support/journal.js';
import { asked, tell } from '../support/parent.js';
import { RemoteLocks } from '../support/remote-locks.js';
import { ownSettings } from '../support/settings.js';

@Injectable()
class Jobs {
  constructor(private readonly journal: Journal) {}

  /** Goes on after its signal has fired until the test says so, and then still writes. */
  @Cron(CronExpression.EVERY_SECOND)
  @SingleRunner(ownSettings().instance)
  async work(): Promise<void> {
    const finish = asked('finish');
    const { name, signal } = requireLease();
    tell('started');
    await once(signal, 'abort');
    tell('aborted', { code: (signal.reason as MarathonError).code });
    await finish;
    await this.journal.write({ job: name, what: 'finished' });
  }
}

// The other instance has no jobs: it takes locks as the test asks.
await startInstance(ownSettings().instance === 'other' ? [RemoteLocks] : [Jobs]);
