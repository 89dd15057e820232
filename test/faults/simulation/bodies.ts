import type { Lease } from '../../../lib/core/lease.js';
import type { Call } from './calls.js';
import { endOf, MOST_AHEAD_MS, type GrantEntry } from './ledger.js';
import type { Timeline } from './timeline.js';
import type { Verdicts } from './verdicts.js';

/** The execution of one body, or the time for which a lease is held by hand. */
export interface Body {
  readonly call: Call;
  readonly lease: Lease;
  readonly grant: GrantEntry;
  /** Runs on the lease of a run around it. */
  readonly isJoined: boolean;
  /** Gave its lease back, and goes on. */
  isLetGo: boolean;
}

/** The journal of the bodies, and the oracles over it: P5, P6, overlaps, and what starts too late. */
export class BodyJudge {
  readonly #timeline: Timeline;
  readonly #verdicts: Verdicts;
  readonly #isWild: boolean;
  readonly #running = new Set<Body>();
  readonly #ticks = new Set<string>();
  readonly #watched = new Set<GrantEntry>();

  constructor(timeline: Timeline, verdicts: Verdicts, isWild: boolean) {
    this.#timeline = timeline;
    this.#verdicts = verdicts;
    this.#isWild = isWild;
  }

  get running(): readonly Body[] {
    return [...this.#running];
  }

  started(body: Body): void {
    const { call, grant } = body;
    const who = `the body of call ${call.id}`;
    this.#verdicts.trace?.(call.machine.label, `${who} begins on ${grant.name} (${grant.fence})`);
    if (call.tickAt !== undefined) {
      this.#verdicts.judges('P5');
      const tick = `${grant.name} ${call.tickAt}`;
      if (this.#ticks.has(tick)) this.#verdicts.broken('P5', `${who} began tick ${tick} again`);
      this.#ticks.add(tick);
      const aheadMs = call.tickAt - grant.acquiredAt;
      if (aheadMs > MOST_AHEAD_MS) {
        this.#verdicts.broken('P5', `${who} began tick ${tick} ${aheadMs} ms ahead of its time`);
      }
    }
    for (const older of this.#running) {
      if (older.grant.name !== grant.name || older.grant === grant) continue;
      if (this.#isExcused(older)) continue;
      this.#verdicts.judges('overlap');
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
    this.#running.add(body);
  }

  ended(body: Body): void {
    this.#verdicts.trace?.(body.call.machine.label, `the body of call ${body.call.id} ends`);
    this.#running.delete(body);
  }

  /** Its holder has read that the store does not renew it. */
  refused(name: string, fence: number): void {
    for (const { call, lease, isLetGo } of this.#on(name, fence)) {
      if (!call.machine.isAlive) continue;
      this.#verdicts.judges('P6');
      if (lease.signal.aborted || isLetGo) continue;
      const what = `call ${call.id} was refused fence ${fence} of ${name}, and not told to stop`;
      this.#verdicts.broken('P6', what);
    }
  }

  /** Its holder gives it back. */
  givenBack(name: string, fence: number): void {
    for (const { call, lease, isJoined, isLetGo } of this.#on(name, fence)) {
      if (isLetGo) continue;
      const what = `fence ${fence} of ${name} is given back while the body of call ${call.id} runs`;
      if (!isJoined) this.#verdicts.broken('lease', what);
      else if (!lease.signal.aborted) this.#verdicts.broken('P6', `${what}, which was not told to`);
    }
  }

  /** The lease ends at another instant than it would have: look then. */
  watch(grant: GrantEntry): void {
    if (this.#watched.has(grant)) return;
    this.#watched.add(grant);
    this.#timeline.at(grant.expiresAt, () => this.#look(grant));
  }

  #on(name: string, fence: number): Body[] {
    return this.running.filter(({ grant }) => grant.name === name && grant.fence === fence);
  }

  #look(grant: GrantEntry): void {
    this.#watched.delete(grant);
    if (grant.expiresAt > this.#timeline.nowAt) return this.watch(grant);
    if (this.#isWild) return;
    const bodies = this.#on(grant.name, grant.fence).filter(({ isLetGo }) => !isLetGo);
    const machine = bodies[0]?.call.machine;
    if (!machine?.isAlive) return;
    this.#verdicts.judges('P6');
    if (bodies[0]!.lease.signal.aborted) return;
    const excusedUntilAt = machine.excusedUntilAt;
    if (excusedUntilAt >= this.#timeline.nowAt) {
      this.#watched.add(grant);
      this.#timeline.at(excusedUntilAt + 0.01, () => this.#look(grant));
      return;
    }
    for (const { call } of bodies) {
      const what = `fence ${grant.fence} of ${grant.name} ended, and call ${call.id} was not told to stop`;
      this.#verdicts.broken('P6', what);
    }
  }

  #isExcused({ call: { machine } }: Body): boolean {
    return this.#isWild || !machine.isAlive || machine.excusedUntilAt >= this.#timeline.nowAt;
  }
}
