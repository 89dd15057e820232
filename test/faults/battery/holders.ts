import type { Held } from './faults/fault.js';
import type { Ground } from './grounds/ground.js';

/** Who has what now, by the rows. */
export async function holders(ground: Ground): Promise<(Held & { readonly instance: string })[]> {
  const nowAt = await ground.now();
  return ground.query(
    `SELECT name, fence, instance FROM marathon_lock
     WHERE released_at IS NULL AND locked_until > ? AND name NOT LIKE 'race%'`,
    [nowAt],
  );
}
