import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { SingleRunner } from 'nestjs-marathon';
import { startInstance } from '../support/instance.js';
import { Journal } from '../support/journal.js';
import { tell } from '../support/parent.js';

@Injectable()
class Jobs {
  constructor(private readonly journal: Journal) {}

  /** Does not end by itself: its instance will be killed in the middle of it. */
  @Cron(CronExpression.EVERY_SECOND)
  @SingleRunner('endless')
  async endless(): Promise<void> {
    await this.journal.write({ job: 'endless', what: 'started' });
    tell('started');
    await new Promise(() => {});
  }
}

await startInstance([Jobs]);
