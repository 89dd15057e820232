import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { CronTime } from 'cron';
import { SingleRunner } from 'nestjs-marathon';
import { startInstance } from '../support/instance.js';
import { Journal } from '../support/journal.js';
import { tell } from '../support/parent.js';
import { ownSettings } from '../support/settings.js';

const SECOND_MS = 1000;
/** Far shorter than the distance between two neighbouring clocks: the lock alone cannot help. */
const WORK_MS = 30;
/** How late the late instance is. `cron` forgives up to 250 ms. */
const LATE_MS = 150;

const fires = new AsyncLocalStorage<number>();

/** A user's own decorator between the two: keeps when the cron fired, by this instance's clock. */
function NotesFire() {
  return (_target: object, _key: string, descriptor: PropertyDescriptor): void => {
    const inner = descriptor.value as () => Promise<void>;
    descriptor.value = function (this: object) {
      return fires.run(Date.now(), () => inner.call(this));
    };
  };
}

@Injectable()
class Jobs {
  constructor(private readonly journal: Journal) {}

  @Cron(CronExpression.EVERY_SECOND)
  @NotesFire()
  @SingleRunner('once-per-tick', '2s')
  async once(): Promise<void> {
    await this.work('once-per-tick');
  }

  /** The same but for the guard under test. */
  @Cron(CronExpression.EVERY_SECOND)
  @NotesFire()
  @SingleRunner('lock-alone', { ttl: '2s', oncePerTick: false })
  async lockAlone(): Promise<void> {
    await this.work('lock-alone');
  }

  private async work(job: string): Promise<void> {
    const tick = Math.floor(fires.getStore()! / SECOND_MS) * SECOND_MS;
    await this.journal.write({ job, what: 'ran', tick });
    tell('ran', { job, tick });
    await pause(WORK_MS);
  }
}

/**
 * As on a machine that is busy: the first fire time has passed once the timer for it is to be set.
 * `cron` then fires at once, which is before anybody but its constructor knows the job.
 */
function missFirstDeadline(): void {
  const sendAt = CronTime.prototype.sendAt;
  CronTime.prototype.sendAt = function (this: CronTime) {
    CronTime.prototype.sendAt = sendAt;
    const next = this.sendAt();
    while (Date.now() < next.toMillis() + LATE_MS);
    return next;
  } as typeof sendAt;
}

if (ownSettings().instance === 'late') missFirstDeadline();
await startInstance([Jobs]);
