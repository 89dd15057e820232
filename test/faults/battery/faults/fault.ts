import type { Chance } from '../chance.js';
import type { RowLock } from '../evidence.js';
import type { Ground, GroundDialect, GroundFaults } from '../grounds/ground.js';
import type { Slot } from '../slot.js';

/** What a fault may use. */
export interface Means {
  readonly ground: Ground;
  /** Of this fault alone. */
  readonly chance: Chance;
  readonly ttlMs: number;
  /** The database's present. */
  readonly now: () => number;
  /** Which rows a stranger had locked. */
  readonly rowLocks: RowLock[];
}

interface Common {
  /** What the table calls it. */
  readonly kind: string;
  /** Whether its process cannot run meanwhile. */
  readonly hinders?: boolean;
  /** Whether it excuses nothing: its instance runs on, and loses at most what is taken by force. */
  readonly harmless?: boolean;
  /** How often it is chosen, beside the others. */
  readonly weight: number;
  /** Where it can be done; everywhere if left out. */
  readonly dialects?: readonly GroundDialect[];
}

/** One that could not be done, since another one was in its way, or that met nothing, is only tried. */
export type Done = 'done' | 'not done';

/** Done to one instance; when the promise resolves it is over, and the instance works again. */
export interface InstanceFault extends Common {
  readonly on: 'instance';
  /** Whether there has to be a holder to do it to. */
  readonly needsHolder?: boolean;
  inject(target: Slot, means: Means, held: Held | undefined): Promise<Done>;
}

/** Done to the database, so to all of them, or to some of its rows. */
export interface ServerFault extends Common {
  readonly on: 'database' | 'row';
  /** Without which it cannot be done: on some machines a ground has less. */
  readonly needs: keyof GroundFaults;
  /** Whether it is done to the holder's row. */
  readonly aims?: boolean;
  inject(means: Means, held: Held | undefined): Promise<Done>;
}

/** Between many calls of one name. */
interface RaceFault extends Common {
  readonly on: 'race';
}

export type Fault = InstanceFault | ServerFault | RaceFault;

/** A grant that somebody has. */
export interface Held {
  readonly name: string;
  readonly fence: number;
}

export const SERVERS: readonly GroundDialect[] = ['postgres', 'mariadb'];

export function doneIf(isDone: boolean): Done {
  return isDone ? 'done' : 'not done';
}
