import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { requireLease, SingleRunner } from 'nestjs-marathon';
import { Told } from './told.js';
import { Work } from './work.js';

const WAIT_MS = 300;

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
  @Told('cron:b', WAIT_MS)
  @SingleRunner('cron:b', { wait: WAIT_MS, onSkip: 'throw' })
  async b(): Promise<void> {
    await this.work.run(requireLease(), { cron: true }).catch(() => {});
  }
}
