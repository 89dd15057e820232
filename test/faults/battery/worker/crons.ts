import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { requireLease, SingleRunner } from 'nestjs-marathon';
import { Told } from './told.js';
import { Work } from './work.js';

/** Every instance has them, each with a clock of its own. */
@Injectable()
export class Crons {
  constructor(private readonly work: Work) {}

  @Cron(CronExpression.EVERY_SECOND)
  @Told('cron:a')
  @SingleRunner('cron:a', { onSkip: 'throw' })
  async a(): Promise<void> {
    await this.work.run(requireLease(), { cron: true }).catch(() => {});
  }

  @Cron(CronExpression.EVERY_SECOND)
  @Told('cron:b')
  @SingleRunner('cron:b', { wait: 300, onSkip: 'throw' })
  async b(): Promise<void> {
    await this.work.run(requireLease(), { cron: true }).catch(() => {});
  }
}
