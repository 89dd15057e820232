/** For how much of its ttl a holder may believe in its lease, counted from when it asked. */
const TRUSTED_SHARE = 0.8;

/** A grant, as its holder names it. */
interface Granted {
  readonly name: string;
  readonly fence: number;
}

/**
 * What has arrived at the holders of leases: the answers to what they asked, and when they had asked
 * it. That is all that a holder can know.
 */
export class Heard {
  readonly #deadlines = new Map<string, number>();
  readonly #refused = new Set<string>();

  /** The holder is told that the lease is granted or renewed. Past its deadline that is too late. */
  confirmed(grant: Granted, askedAt: number, ttlMs: number, nowAt: number): void {
    const deadlineAt = askedAt + ttlMs * TRUSTED_SHARE;
    const earlierAt = this.#deadlines.get(keyOf(grant)) ?? deadlineAt;
    const isLate = nowAt >= earlierAt;
    this.#deadlines.set(keyOf(grant), isLate ? earlierAt : Math.max(earlierAt, deadlineAt));
  }

  /** The holder is told that the lease is over. */
  refused(grant: Granted): void {
    this.#refused.add(keyOf(grant));
  }

  isRefused(grant: Granted): boolean {
    return this.#refused.has(keyOf(grant));
  }

  /** After this the holder must not believe in its lease any more. */
  deadlineOf(grant: Granted): number {
    return this.#deadlines.get(keyOf(grant))!;
  }
}

function keyOf({ name, fence }: Granted): string {
  return `${name} ${fence}`;
}
