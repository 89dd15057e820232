import type { Fleet } from './fleet.js';
import type { Ground, GroundDialect } from './grounds/ground.js';
import { insist } from './grounds/insist.js';

/** What sessions run at that ask for nothing else. SQLite has one. */
export const LEVELS: Readonly<Record<GroundDialect, readonly string[]>> = {
  postgres: ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'],
  mariadb: ['REPEATABLE READ', 'READ COMMITTED', 'SERIALIZABLE', 'READ UNCOMMITTED'],
  sqlite: ['SERIALIZABLE'],
};

/** Some servers tell a new level to new sessions only, so there are none but those. */
export async function isolate(ground: Ground, fleet: Fleet, level: string): Promise<void> {
  await ground.isolate(level);
  await ground.faults.killConnections?.(fleet.serverSidePorts);
  await assertLevel(fleet, level);
}

/** By what the sessions of the instances' applications say, and not by what was asked for. */
export function assertLevel(fleet: Fleet, level: string): Promise<void> {
  // It is looked at by connections that may just have been killed, as by the last fault.
  return insist(() => lookForLevel(fleet, level));
}

async function lookForLevel(fleet: Fleet, level: string): Promise<void> {
  const levels = await Promise.all(
    fleet.slots
      .filter(({ isLost }) => !isLost)
      .map(async (slot) => (await slot.ask({ type: 'level' }))?.level),
  );
  if (levels.some((each) => each !== level)) {
    throw new Error(`Not all sessions are at ${level}, but at ${levels.join(', ')}.`);
  }
}
