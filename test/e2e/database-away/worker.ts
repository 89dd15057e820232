import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { SingleRunner } from 'nestjs-marathon';
import { startInstance } from '../support/instance.js';
import { Journal } from '../support/journal.js';
import { tell } from '../support/parent.js';
import { ownSettings } from '../support/settings.js';

const { instance } = ownSettings();

@Injectable()
class Jobs {
  constructor(private readonly journal: Journal) {}

  @Cron(CronExpression.EVERY_SECOND)
  @SingleRunner(instance, '2s')
  async everySecond(): Promise<void> {
    await this.journal.write({ job: instance, what: 'ran' });
    tell('ran');
  }
}

await startInstance([Jobs]);
