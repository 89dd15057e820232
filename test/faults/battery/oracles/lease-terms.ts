import type { Change, Evidence, LockState } from '../evidence.js';
import { histories, stepOf, type Step } from './history.js';

/** One grant, from its row's first to its last change. */
export interface LeaseTerm {
  readonly name: string;
  readonly fence: number;
  readonly instance: string | null;
  /** By the row itself. */
  readonly grantedAt: number;
  /** When a trigger saw that. */
  readonly seenAt: number;
  readonly extensions: readonly Extension[];
  /** Until when it was valid, by the last that its holder could know. */
  readonly lockedUntil: number;
  readonly end: LeaseEnd;
}

interface Extension {
  readonly seenAt: number;
  readonly from: number;
  readonly to: number;
}

/** How it ended, and when. An expiry may lie ahead still. */
interface LeaseEnd {
  readonly how: 'expired' | 'released' | 'superseded' | 'force-released' | 'dropped';
  readonly at: number;
}

/** The grants of each name, in their order. */
export function leaseTerms({ changes }: Pick<Evidence, 'changes'>): Map<string, LeaseTerm[]> {
  const terms = new Map<string, LeaseTerm[]>();
  for (const [name, history] of histories(changes)) terms.set(name, termsOf(name, history));
  return terms;
}

interface OpenTerm {
  readonly granted: LockState;
  readonly seenAt: number;
  readonly extensions: Extension[];
  last: LockState;
}

function termsOf(name: string, history: readonly Change[]): LeaseTerm[] {
  const terms: LeaseTerm[] = [];
  let open: OpenTerm | undefined;
  for (const change of history) {
    const step = stepOf(change);
    const end = endBy(step, change.at);
    if (open && end) {
      terms.push(closed(name, open, end));
      open = undefined;
    }
    if (step.kind === 'grant') {
      open = { granted: step.after, seenAt: change.at, extensions: [], last: step.after };
    }
    if (!open) continue;
    if (step.kind === 'extension') {
      const { before, after } = step;
      open.extensions.push({ seenAt: change.at, from: before.lockedUntil, to: after.lockedUntil });
    }
    if (step.kind === 'extension' || step.kind === 'other') open.last = step.after;
  }
  if (open) terms.push(closed(name, open, { how: 'expired', at: Infinity }));
  return terms;
}

function endBy(step: Step, seenAt: number): LeaseEnd | undefined {
  switch (step.kind) {
    case 'grant':
      return { how: 'superseded', at: step.after.acquiredAt };
    case 'release':
      return { how: 'released', at: step.after.releasedAt ?? seenAt };
    case 'force-release':
      return { how: 'force-released', at: step.after.releasedAt ?? seenAt };
    case 'dropped':
    case 'deleted':
      return { how: 'dropped', at: seenAt };
    default:
      return undefined;
  }
}

/** Whatever was done to it after it had expired: it has expired. */
function closed(name: string, open: OpenTerm, end: LeaseEnd): LeaseTerm {
  const { extensions, granted, last, seenAt } = open;
  const { lockedUntil } = last;
  return {
    name,
    fence: granted.fence,
    instance: granted.instance,
    grantedAt: granted.acquiredAt,
    seenAt,
    extensions,
    lockedUntil,
    end: lockedUntil <= end.at ? { how: 'expired', at: lockedUntil } : end,
  };
}
