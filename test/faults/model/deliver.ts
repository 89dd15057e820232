import type fc from 'fast-check';
import type { Command } from './commands/command.js';
import { finish } from './finish.js';
import type { World } from './world.js';

/** Far more than a history of forty commands can set off. */
const MOST_STEPS = 20_000;

/** Makes each command, and lets messages arrive before, between and after them, as the scheduler likes. */
export async function interleaved(
  world: World,
  commands: Iterable<Command>,
  scheduler: fc.Scheduler,
): Promise<void> {
  const { task } = scheduler.scheduleSequence(
    [...commands].map((command) => ({
      label: String(command),
      builder: async () => {
        try {
          if (await command.check(world)) await command.run(world, world);
        } catch (error) {
          if (!world.isGuilty) world.accuse(String(error));
        }
      },
    })),
  );
  await delivered(world, scheduler, task);
}

/** Lets all messages arrive, and everything come to its end. */
export async function deliver(world: World, scheduler: fc.Scheduler): Promise<void> {
  await delivered(world, scheduler, finish(world));
}

/**
 * Lets messages arrive until something has come to its end. When a turn of the event loop is over is
 * the scheduler's to say as well: two messages, or a message and a call, can meet in one turn.
 */
async function delivered(
  world: World,
  scheduler: fc.Scheduler,
  work: Promise<unknown>,
): Promise<void> {
  let isOver = false;
  let isTurning = false;
  const over = work.finally(() => (isOver = true));
  over.catch(() => {});
  for (let steps = 0; !isOver && steps < MOST_STEPS; steps += 1) {
    if (!isTurning) {
      isTurning = true;
      void scheduler.schedule(Promise.resolve(), 'a turn').then(async () => {
        await world.clock.settled();
        isTurning = false;
      });
    }
    if (scheduler.count() === 0) await world.clock.settled();
    else await scheduler.waitOne();
    world.assertInnocent();
  }
  if (!isOver) throw new Error(`It goes on for ever: ${MOST_STEPS} steps did not end it.`);
  await over;
}
