import { createHash } from 'node:crypto';
import type { Change, Commit, LockState } from '../evidence.js';

/** A row of the table that a trigger writes, with the states as JSON. */
export interface HistoryRow {
  readonly id: number;
  readonly at: number;
  readonly kind: Change['kind'];
  readonly name: string;
  readonly before_state: string | null;
  readonly after_state: string | null;
}

/** A place in the order of commits, with what was committed. */
export interface PlacedChange extends HistoryRow {
  readonly position: number;
}

export interface PlacedWrite {
  readonly name: string;
  readonly fence: number;
  readonly position: number;
}

/** The columns of a row as LockState names them. */
const STATE = [
  ['instance', 'instance'],
  ['holder', 'owner'],
  ['fence', 'fence'],
  ['acquiredAt', 'acquired_at'],
  ['lockedUntil', 'locked_until'],
  ['releasedAt', 'released_at'],
  ['lastTick', 'last_tick'],
] as const;

/** All columns of the lock's table. */
export const COLUMNS = ['lock_key', 'name', ...STATE.map(([, column]) => column)];

/** A row's state, by the database's function that makes JSON of names and values. */
export function stateBy(makeJson: string, row: string): string {
  const fields = STATE.map(([field, column]) => `'${field}', ${row}.${column}`);
  return `${makeJson}(${fields.join(', ')})`;
}

export function changeOf(row: HistoryRow): Change {
  const { id, at, kind, name } = row;
  return { id, at, kind, name, before: stateOf(row.before_state), after: stateOf(row.after_state) };
}

export function commitsOf(
  changes: readonly PlacedChange[],
  writes: readonly PlacedWrite[],
): Commit[] {
  const grants = changes.flatMap((row): Commit[] => {
    const { name, after, before } = changeOf(row);
    if (!after || !isGrant(before, after)) return [];
    return [{ what: 'grant', name, fence: after.fence, position: row.position }];
  });
  const fenced = writes.map((row): Commit => ({ what: 'fenced-write', ...row }));
  const commits = [...grants, ...fenced];
  const unplaced = commits.find(({ position }) => !Number.isSafeInteger(position));
  if (unplaced)
    throw new Error(`Nobody knows when this was committed: ${JSON.stringify(unplaced)}`);
  return commits.sort((a, b) => a.position - b.position);
}

/** A name was given to somebody. One taken by force gets a new fence too, and has no holder then. */
function isGrant(before: LockState | undefined, after: LockState): boolean {
  return after.fence !== before?.fence && after.holder !== null && after.releasedAt === null;
}

function stateOf(text: string | null): LockState | undefined {
  if (text === null) return undefined;
  const state = JSON.parse(text) as LockState;
  // The owner itself is nobody's business.
  const holder = state.holder && createHash('md5').update(state.holder).digest('hex');
  return { ...state, holder };
}
