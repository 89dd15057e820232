import { setTimeout as pause } from 'node:timers/promises';
import { EventSubscriber, type EntitySubscriberInterface } from 'typeorm';
import { between, chance } from './chance.js';
import { ownSettings } from './settings.js';

const SLOW_SHARE = 0.1;

/** Between the last statement of a transaction and its COMMIT, time passes in some of them. */
@EventSubscriber()
export class SlowCommits implements EntitySubscriberInterface {
  async beforeTransactionCommit(): Promise<void> {
    if (chance() < SLOW_SHARE) await pause(between(0, 1.5 * ownSettings().ttlMs));
  }
}
