import fc from 'fast-check';
import type { VirtualClock } from 'nestjs-marathon/testing';
import type { LockStore } from '../../../lib/core/lock-store.js';
import { histories, type History } from './commands/index.js';
import { deliver, interleaved } from './deliver.js';
import { World } from './world.js';

/** Lets something take its time: it goes on when the scheduler says so. */
export type OnTheWay = (label: string) => Promise<unknown>;

/** What is promised, over a store, whatever overtakes what. */
export function interleavings(
  openStore: (clock: VirtualClock, onTheWay: OnTheWay) => LockStore,
): fc.IAsyncProperty<[History, fc.Scheduler]> {
  return fc.asyncProperty(histories, fc.scheduler(), async (commands, scheduler) => {
    const onTheWay: OnTheWay = (label) => scheduler.schedule(Promise.resolve(), label);
    const world = await World.create((clock) => openStore(clock, onTheWay), onTheWay);
    try {
      await interleaved(world, commands, scheduler);
    } finally {
      await deliver(world, scheduler);
    }
  });
}
