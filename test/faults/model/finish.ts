import { release } from './commands/leases.js';
import { shutDown } from './commands/surroundings.js';
import type { World } from './world.js';

/** Longer than any lease, any wait and all tries. */
const LONG_MS = 120_000;

/** Lets everything come to its end: nothing may hang, and nothing be left behind. */
export async function finish(world: World): Promise<void> {
  world.say('the end: all bodies end, all leases are released, all instances shut down');
  world.setWeather('up');
  endAll(world);
  await world.clock.advance(LONG_MS);
  // What had waited may have begun meanwhile.
  endAll(world);
  for (const { label } of world.instances) {
    if (!world.isClosing({ instance: label })) shutDown(world, label);
  }
  await world.clock.advance(LONG_MS);
  for (const call of world.calls)
    if (!call.outcome) world.accuse(`${call.label} never came to an end`);
  const hanging = world.operations.filter(({ isPending }) => isPending);
  for (const { label } of hanging) world.accuse(`${label} was never answered`);
  if (world.clock.timers > 0) world.accuse(`${world.clock.timers} timers are left`);
  world.assertInnocent();
}

function endAll(world: World): void {
  for (const call of world.running.toReversed()) world.end(call, { value: {} });
  for (const call of world.leases) release(world, call);
}
