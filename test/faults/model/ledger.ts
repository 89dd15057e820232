import type { Grant } from './grant.js';

/** All grants of all names, and what may never be true of them: P1, P2 and P5. */
export class Ledger {
  readonly #grants = new Map<string, Grant[]>();
  /** Grants that nobody was told of may last until then. */
  readonly #doubts = new Map<string, number>();
  /** The last fence of names on which nothing is in doubt. */
  readonly #fences = new Map<string, number>();

  of(name: string): readonly Grant[] {
    return this.#grants.get(name) ?? [];
  }

  get names(): readonly string[] {
    return [...this.#grants.keys()].toSorted();
  }

  get all(): readonly Grant[] {
    return [...this.#grants.values()].flat();
  }

  /** The latest fence of a name, `undefined` if it was never taken, or somebody may have taken it unseen. */
  fenceOf(name: string): number | undefined {
    return this.#fences.get(name);
  }

  isInDoubt(name: string): boolean {
    return this.#doubts.has(name);
  }

  /** @returns what must not be, if this grant is made beside those that were made before */
  add(grant: Grant, isExact: boolean): string[] {
    const { name } = grant.lease;
    const earlier = this.of(name);
    const before = this.#fences.get(name) ?? 0;
    const wantedFence = Math.max(before + 1, grant.acquiredAt);
    this.#grants.set(name, [...earlier, grant]);
    this.#fences.set(name, Math.max(grant.fence, before));
    const wrongFence =
      !isExact || this.isInDoubt(name) || grant.fence === wantedFence
        ? []
        : [`the fence is ${grant.fence} and not ${wantedFence}`];
    return [...wrongFence, ...early(grant), ...earlier.flatMap((other) => conflicts(other, grant))];
  }

  /** Whether that time of a cron, or a later one, was started. */
  isTickTaken(name: string, tickAt: number): boolean {
    return this.of(name).some((grant) => grant.tickAt !== undefined && grant.tickAt >= tickAt);
  }

  /** A grant was taken away: the fence has risen. */
  forced(name: string, nowAt: number): void {
    const fence = this.#fences.get(name)!;
    this.#fences.set(name, Math.max(fence + 1, nowAt));
    for (const grant of this.of(name)) if (grant.fence === fence) grant.forcedAt = nowAt;
  }

  /** Somebody may have been granted this name without anybody having been told. */
  doubt(name: string, untilAt: number): void {
    this.#doubts.set(name, Math.max(this.#doubts.get(name) ?? 0, untilAt));
  }

  /** Whether nobody can have the name: then it may be refused to nobody. */
  isSurelyFree(name: string, nowAt: number): boolean {
    if ((this.#doubts.get(name) ?? 0) > nowAt) return false;
    return this.of(name).every((grant) => grant.isSurelyOverAt(nowAt));
  }
}

/** So far at most may a tick be ahead of the store's clock, where its cron tells no period. */
const MOST_AHEAD_MS = 1000;

export function isAhead(tickAt: number, at: number): boolean {
  return tickAt - at > MOST_AHEAD_MS;
}

function early({ tickAt, acquiredAt }: Grant): string[] {
  if (tickAt === undefined || !isAhead(tickAt, acquiredAt)) return [];
  return [`its tick is started ${tickAt - acquiredAt} ms before its time`];
}

/** Grants can become known in another order than that in which they were made. */
function conflicts(one: Grant, other: Grant): string[] {
  if (one.fence === other.fence) return [`the fence ${one.fence} was granted twice`];
  const [first, second] = one.fence < other.fence ? [one, other] : [other, one];
  if (first.acquiredAt > second.acquiredAt) {
    return [`the fence ${first.fence} was granted after ${second.fence}`];
  }
  if (first.tickAt !== undefined && second.tickAt !== undefined && second.tickAt <= first.tickAt) {
    const behindMs = first.tickAt - second.tickAt;
    return [`its tick is started ${behindMs === 0 ? 'again' : `after one ${behindMs} ms later`}`];
  }
  if (!first.isValidAt(second.acquiredAt)) return [];
  const until = first.untilAt - second.acquiredAt;
  return [
    `${second.instance} was granted the name (fence ${second.fence}) while ${first.instance} held ` +
      `it (fence ${first.fence}) for another ${until} ms`,
  ];
}
