import type { Lease } from '../../../lib/core/lease.js';
import type { Call } from './calls.js';
import { endOf, type GrantEntry } from './ledger.js';
import type { Timeline } from './timeline.js';
import type { Verdicts } from './verdicts.js';

/** How far ahead of the store's clock a tick may be: half a period, where that is more than this. */
const MOST_AHEAD_MS = 1000;

/** The execution of one body, or the time for which a lease is held by hand. */
export interface Body {
  readonly call: Call;
  readonly lease: Lease;
  readonly grant: GrantEntry;
  /** Gave its lease back, and goes on. */
  isLetGo: boolean;
}

/** The journal of the bodies, and the oracles over it: P5, P6, overlaps, and what starts too late. */
export class BodyJudge {
  readonly #timeline: Timeline;
  readonly #verdicts: Verdicts;
  readonly #isWild: boolean;
  readonly #running = new Map<GrantEntry, Body>();
  readonly #ticks = new Set<string>();
  readonly #watched = new Set<GrantEntry>();

  constructor(timeline: Timeline, verdicts: Verdicts, isWild: boolean) {
    this.#timeline = timeline;
    this.#verdicts = verdicts;
    this.#isWild = isWild;
  }

  get running(): readonly Body[] {
    return [...this.#running.values()];
  }

  started(body: Body): void {
    const { call, grant } = body;
    const who = `the body of call ${call.id}`;
    this.#verdicts.trace?.(call.machine.label, `${who} begins on ${grant.name} (${grant.fence})`);
    if (call.tickAt !== undefined) {
      const tick = `${grant.name} ${call.tickAt}`;
      if (this.#ticks.has(tick)) this.#verdicts.broken('P5', `${who} began tick ${tick} again`);
      this.#ticks.add(tick);
      const aheadMs = call.tickAt - grant.acquiredAt;
      if (aheadMs > MOST_AHEAD_MS) {
        this.#verdicts.broken('P5', `${who} began tick ${tick} ${aheadMs} ms ahead of its time`);
      }
    }
    for (const older of this.#running.values()) {
      if (older.grant.name !== grant.name || this.#isExcused(older)) continue;
      if (older.lease.signal.aborted || older.isLetGo || older.grant.forcedAt !== undefined)
        continue;
      // The reply of a grant that was force-released meanwhile came late.
      if (grant.forcedAt !== undefined && grant.fence < older.grant.fence) continue;
      this.#verdicts.broken(
        'overlap',
        `${who} began beside that of call ${older.call.id} on ${grant.name}`,
      );
    }
    const isOver = grant.forcedAt === undefined && endOf(grant) <= this.#timeline.nowAt;
    if (isOver && !this.#isExcused(body)) {
      this.#verdicts.broken(
        'P6',
        `${who} began when fence ${grant.fence} of ${grant.name} had ended`,
      );
    }
    this.#running.set(grant, body);
  }

  ended(body: Body): void {
    this.#verdicts.trace?.(body.call.machine.label, `the body of call ${body.call.id} ends`);
    this.#running.delete(body.grant);
  }

  /** Its holder has read that the store does not renew it. */
  refused(name: string, fence: number): void {
    const body = this.#find(name, fence);
    if (!body || !body.call.machine.isAlive || body.lease.signal.aborted || body.isLetGo) return;
    const what = `call ${body.call.id} was refused fence ${fence} of ${name}, and not told to stop`;
    this.#verdicts.broken('P6', what);
  }

  /** Its holder gives it back. */
  givenBack(name: string, fence: number): void {
    const body = this.#find(name, fence);
    if (!body || body.isLetGo) return;
    const what = `fence ${fence} of ${name} is given back while the body of call ${body.call.id} runs`;
    this.#verdicts.broken('lease', what);
  }

  /** The lease ends at another instant than it would have: look then. */
  watch(grant: GrantEntry): void {
    if (this.#watched.has(grant)) return;
    this.#watched.add(grant);
    this.#timeline.at(grant.expiresAt, () => this.#look(grant));
  }

  #find(name: string, fence: number): Body | undefined {
    for (const body of this.#running.values()) {
      if (body.grant.name === name && body.grant.fence === fence) return body;
    }
    return undefined;
  }

  #look(grant: GrantEntry): void {
    this.#watched.delete(grant);
    if (grant.expiresAt > this.#timeline.nowAt) return this.watch(grant);
    const body = this.#running.get(grant);
    if (!body || this.#isWild || body.lease.signal.aborted || body.isLetGo) return;
    const { machine, id } = body.call;
    if (!machine.isAlive) return;
    const excusedUntilAt = machine.excusedUntilAt;
    if (excusedUntilAt >= this.#timeline.nowAt) {
      this.#watched.add(grant);
      this.#timeline.at(excusedUntilAt + 0.01, () => this.#look(grant));
      return;
    }
    const what = `fence ${grant.fence} of ${grant.name} ended, and call ${id} was not told to stop`;
    this.#verdicts.broken('P6', what);
  }

  #isExcused({ call: { machine } }: Body): boolean {
    return this.#isWild || !machine.isAlive || machine.excusedUntilAt >= this.#timeline.nowAt;
  }
}
