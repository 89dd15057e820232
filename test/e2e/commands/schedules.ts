import { EventEmitter, once } from 'node:events';
import { Injectable } from '@nestjs/common';
import { Cron, CronExpression, Interval, Timeout } from '@nestjs/schedule';
import { SingleRunner } from 'nestjs-marathon';
import { tell } from '../support/parent.js';

/** What an application does by itself. */
@Injectable()
export class Schedules {
  readonly #fired = new EventEmitter();
  /** Resolves when each has fired. */
  readonly all = Promise.all(
    ['cron', 'interval', 'timeout'].map((kind) => once(this.#fired, kind)),
  );

  @Cron(CronExpression.EVERY_SECOND)
  @SingleRunner('schedules:cron')
  async cron(): Promise<void> {
    this.#tell('cron');
  }

  @Interval(200)
  interval(): void {
    this.#tell('interval');
  }

  @Timeout(100)
  timeout(): void {
    this.#tell('timeout');
  }

  #tell(kind: string): void {
    tell('fired', { kind });
    this.#fired.emit(kind);
  }
}
