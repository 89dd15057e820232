import type { Call } from './call.js';
import type { Grant } from './grant.js';
import type { World } from './world.js';

/** Whether its holder must know, or will be told when it asks, that a lease is over. */
export function isLost(world: World, grant: Grant): boolean {
  return grant.forcedAt !== undefined || isKnownToBeLost(world, grant);
}

/** Whether the lease of a body that ends now was over; `undefined` if it has nobody to ask. */
export function wasLost(world: World, call: Call): boolean | undefined {
  const grant = call.grant!;
  const isOwn = call.joined === undefined;
  const isGivenBack = !isOwn && grant.releasingAt !== undefined;
  if (isGivenBack || isKnownToBeLost(world, grant)) return true;
  // A run that has joined learns of a force-release when its holder does, and once its instance is
  // closed nobody asks any more.
  const isUntold = !isOwn || world.isClosed(call);
  return isUntold && grant.forcedAt !== undefined ? undefined : isLost(world, grant);
}

/** By the clocks, or by what its holder was answered. */
function isKnownToBeLost({ network: { heard }, nowAt }: World, { lease }: Grant): boolean {
  return heard.isRefused(lease) || nowAt >= heard.deadlineOf(lease);
}
