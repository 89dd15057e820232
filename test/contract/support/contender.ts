import { randomUUID } from 'node:crypto';
import type {
  AcquireAnswer,
  AcquireRequest,
  Grant,
  LockStore,
  Refusal,
  ReleaseAnswer,
  RenewAnswer,
} from '../../../lib/core/lock-store.js';

/** Long enough for the slowest machine: no test of a healthy database waits for it. */
export const CALL_MS = 10_000;
/** A lease that no test outlives, but by letting time pass. */
export const TTL_MS = 60_000;

let names = 0;

/** A name that no other test of the file uses. */
export function fresh(): string {
  names += 1;
  return `job:${names}`;
}

/** One attempt for one name, and the lease that came of it. */
export class Contender {
  readonly request: AcquireRequest;
  fence = 0;

  constructor(
    private readonly store: LockStore,
    name: string,
    values: Partial<AcquireRequest> = {},
  ) {
    const owner = randomUUID();
    const instance = `host-${owner.slice(0, 4)}#${process.pid}`;
    this.request = { name, owner, instance, ttlMs: TTL_MS, tick: undefined, ...values };
  }

  async acquire(timeoutMs = CALL_MS): Promise<AcquireAnswer> {
    const [answer] = await this.store.acquire([this.request], timeoutMs);
    if (answer!.granted) this.fence = answer!.fence;
    return answer!;
  }

  /** Acquires, and fails unless it is granted. */
  async granted(): Promise<Grant> {
    const answer = await this.acquire();
    if (!answer.granted) throw new Error(`Refused: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Acquires, and fails unless it is refused. */
  async refused(): Promise<Refusal> {
    const answer = await this.acquire();
    if (answer.granted) throw new Error(`Granted: ${JSON.stringify(answer)}`);
    return answer;
  }

  async renew(ttlMs = this.request.ttlMs, timeoutMs = CALL_MS): Promise<RenewAnswer> {
    const { name, owner } = this.request;
    const [answer] = await this.store.renew([{ name, owner, fence: this.fence, ttlMs }], timeoutMs);
    return answer!;
  }

  async release(
    values: { holdAtLeastMs?: number; fence?: number | undefined } = {},
    timeoutMs = CALL_MS,
  ): Promise<ReleaseAnswer> {
    const { name, owner } = this.request;
    const request = { name, owner, fence: this.fence, holdAtLeastMs: 0, ...values };
    const [answer] = await this.store.release([request], timeoutMs);
    return answer!;
  }
}

/** Acquires a name and fails unless it is granted. */
export async function holder(
  store: LockStore,
  name: string,
  values: Partial<AcquireRequest> = {},
): Promise<Contender> {
  const contender = new Contender(store, name, values);
  await contender.granted();
  return contender;
}

/** Acquires so many fresh names. */
export async function holders(store: LockStore, count: number): Promise<Contender[]> {
  const leases: Contender[] = [];
  for (let index = 0; index < count; index += 1) leases.push(await holder(store, fresh()));
  return leases;
}
