import type { Change, LockState } from '../evidence.js';

/** What a change of the table means. */
export type Step =
  /** The name was given to somebody. */
  | { readonly kind: 'grant'; readonly before: LockState | undefined; readonly after: LockState }
  /** Somebody else ended a grant: the fence has changed, and yet nobody has the name. */
  | { readonly kind: 'force-release'; readonly before: LockState; readonly after: LockState }
  | { readonly kind: 'release'; readonly before: LockState; readonly after: LockState }
  /** A renewal, or the grant asked for again by its own owner. */
  | { readonly kind: 'extension'; readonly before: LockState; readonly after: LockState }
  /** A row without a holder, in wait for the first one. */
  | { readonly kind: 'placeholder'; readonly after: LockState }
  /** Nothing that a lock may do to its row. */
  | { readonly kind: 'other'; readonly before: LockState; readonly after: LockState }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'dropped' };

export function stepOf(change: Change): Step {
  const { kind, before, after } = change;
  if (kind === 'dropped') return { kind };
  if (kind === 'delete') return { kind: 'deleted' };
  if (!after) throw new Error(`Change ${change.id} is an ${kind} without the row that it left.`);
  if (kind === 'insert') {
    const isHeld = after.holder !== null || after.fence !== 0;
    return isHeld ? { kind: 'grant', before: undefined, after } : { kind: 'placeholder', after };
  }
  if (!before) throw new Error(`Change ${change.id} is an update without the row before it.`);
  if (after.fence !== before.fence) {
    return { kind: after.releasedAt === null ? 'grant' : 'force-release', before, after };
  }
  if (before.releasedAt === null && after.releasedAt !== null) {
    return { kind: 'release', before, after };
  }
  const isLonger = after.lockedUntil > before.lockedUntil;
  const isUnreleased = before.releasedAt === null && after.releasedAt === null;
  return { kind: isLonger && isUnreleased ? 'extension' : 'other', before, after };
}

/** The changes of each name in their order. That the whole table was dropped happened to each. */
export function histories(changes: readonly Change[]): Map<string, Change[]> {
  const byName = new Map<string, Change[]>();
  for (const change of changes.toSorted((a, b) => a.id - b.id)) {
    if (change.kind === 'dropped') {
      for (const history of byName.values()) history.push(change);
      continue;
    }
    const history = byName.get(change.name);
    if (history) history.push(change);
    else byName.set(change.name, [change]);
  }
  return byName;
}
