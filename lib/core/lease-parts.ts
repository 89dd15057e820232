import type { Clock } from './clock.js';
import type { Answered } from './coalescer.js';
import type { FencedTransactions } from './fenced-transactions.js';
import type { HeldLease } from './held-lease.js';
import type { ReleaseAnswer, ReleaseRequest, RenewAnswer, RenewRequest } from './lock-store.js';
import type { Notify } from './notify.js';

/** What a lease needs of its surroundings. */
export interface LeaseParts {
  readonly clock: Clock;
  readonly instance: string;
  readonly notify: Notify;
  readonly fenced: FencedTransactions;
  readonly durationMs: (duration: number | string) => number;
  readonly renew: (request: RenewRequest) => Promise<Answered<RenewAnswer>>;
  readonly release: (request: ReleaseRequest) => Promise<ReleaseAnswer>;
  /** The lease begins: look after it. */
  readonly keep: (lease: HeldLease) => void;
  /** The lease ended: stop looking after it. */
  readonly forget: (lease: HeldLease) => void;
}
