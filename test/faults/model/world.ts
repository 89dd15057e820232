import { VirtualClock } from 'nestjs-marathon/testing';
import { LockStoreError, type Lease } from 'nestjs-marathon';
import type { LockStore } from '../../../lib/core/lock-store.js';
import { Call, type Ending } from './call.js';
import { Grant } from './grant.js';
import { Heard } from './heard.js';
import { judgeEnd, judgeStart } from './judge-call.js';
import { judgeStep } from './judge-step.js';
import { Ledger } from './ledger.js';
import { wasLost } from './lost.js';
import { makeCall } from './make-call.js';
import { INSTANCES, type Plan } from './plan.js';
import { startInstance, type Instance } from './stage.js';
import type { Network, Weather } from './switchable-store.js';
import { told } from './told.js';

/** What a promise settled with. */
type Settled<T> = { readonly value?: T; readonly error?: unknown };
/** The same, and whether the database was away at some time before. */
export type Answer<T> = Settled<T> & { readonly isTouched: boolean };

const LONGEST_TTL_MS = 60_000;

/** Something that is asked for and judged by its answer. */
interface Operation {
  readonly label: string;
  readonly startedAt: number;
  isTouched: boolean;
  isPending: boolean;
}

/** Instances on one store, and the model beside them that is told of everything they do. */
export class World {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly ledger = new Ledger();
  readonly instances: Instance[] = [];
  readonly calls: Call[] = [];
  readonly operations: Operation[] = [];
  /** By the label of the instance: when its shutdown began, and whether it is over. */
  readonly closing = new Map<string, { readonly fromAt: number; over: boolean }>();
  /** Instances that have been told by Nest to shut down, which takes it a moment. */
  readonly told = new Set<string>();
  /** Since when the database can be reached, without a break. */
  calmSinceAt = -Infinity;
  /** Names that were given back in this step, and by whom. */
  readonly freed = new Map<string, string>();
  /** Nobody can be told to stop in time by a process that stands still. */
  isStandingStill = false;
  /** When processes last went on after they had stood still: what was due meanwhile begins then. */
  awakeSinceAt = -Infinity;
  readonly freeSinceAt = new Map<string, number>();
  readonly #transcript: string[] = [];
  readonly #violations: string[] = [];
  readonly #originAt: number;

  private constructor(
    clock: VirtualClock,
    network: Network,
    /** Whether the model knows what each call must lead to, as answers come at once. */
    readonly isExact: boolean,
  ) {
    this.clock = clock;
    this.network = network;
    this.#originAt = clock.wallAt();
  }

  static async create(
    openStore: (clock: VirtualClock) => LockStore | Promise<LockStore>,
    onTheWay?: Network['onTheWay'],
  ): Promise<World> {
    const clock = new VirtualClock();
    const network: Network = { weather: 'up', acquires: 0, heard: new Heard(), onTheWay };
    const world = new World(clock, network, onTheWay === undefined);
    const store = await openStore(clock);
    for (const label of INSTANCES) {
      const onClosing = (): void => void world.told.add(label);
      world.instances.push(await startInstance(label, store, network, clock, onClosing));
    }
    return world;
  }

  get nowAt(): number {
    return this.clock.wallAt();
  }

  /** Runs that go on. */
  get running(): Call[] {
    return this.calls.filter(({ state }) => state === 'running');
  }

  /** Leases that were taken by hand, released or not. */
  get leases(): Call[] {
    return this.calls.filter(({ outcome }) => outcome?.kind === 'lease');
  }

  isClosing({ instance }: { readonly instance: string }): boolean {
    return this.closing.has(instance);
  }

  /** Where messages take their time, the end of a shutdown is not seen at once. */
  isClosed({ instance }: { readonly instance: string }): boolean {
    const closing = this.closing.get(instance);
    return closing !== undefined && (closing.over || !this.isExact);
  }

  call(plan: Plan): Call {
    const insides = this.calls.filter(({ state }) => state !== 'asking');
    const within = insides.filter(({ grant, plan: { verb } }) => grant && verb !== 'acquire');
    const outer = plan.inside === undefined ? undefined : within[plan.inside % within.length];
    const instance = this.instances[plan.instance]!;
    const call = new Call(this.calls.length, plan, instance.label, this.nowAt, outer);
    // Where messages take their time, any call may be cut off.
    call.isTouched = !this.isExact || this.network.weather !== 'up';
    const joins = call.joined;
    // Of a force-release the holder learns later, so it may be joined until then.
    const isLostAlready = joins && this.nowAt >= this.network.heard.deadlineOf(joins.grant!.lease);
    const asked = this.network.acquires;
    this.calls.push(call);
    this.say(call.label);
    const start = (lease: Lease | undefined): void => {
      this.say(`    #${call.id} its body starts, fence ${lease?.fence}`);
      if (joins) {
        call.grant = joins.grant;
        if (isLostAlready) this.accuse(`${call.label} joined a lease that was lost`);
        if (this.isExact && this.network.acquires > asked)
          this.accuse(`${call.label} joined and asked`);
        if (lease?.fence !== joins.grant?.fence) this.accuse(`${call.label} joined another lease`);
      } else if (lease) {
        this.granted(call, lease);
      } else {
        this.accuse(`${call.label} runs its body under no lease`);
      }
      judgeStart(this, call);
    };
    const make = (): Promise<void> =>
      makeCall(call, instance, start).then((outcome) => {
        this.say(`    #${call.id} → ${told(outcome)}`);
        if (outcome.kind === 'lease') this.granted(call, outcome.lease);
        // The next in the queue pauses first: mostly whoever leaves it has taken the name.
        if (outcome.kind === 'skipped') this.freed.delete(call.plan.name);
        call.settle(outcome);
        judgeEnd(this, call);
      });
    void (outer ? outer.inside(make) : make());
    return call;
  }

  granted(call: Call, lease: Lease): void {
    const { ttl, renew, holdAtLeast, maxRuntime = Infinity } = call.plan.options;
    const terms = { renew, holdAtLeastMs: holdAtLeast, maxRuntimeMs: maxRuntime };
    const { instance, tickAt } = call;
    const startedAt = this.nowAt;
    const grant = new Grant({ ttlMs: ttl, lease, instance, terms, tickAt, startedAt });
    call.grant = grant;
    for (const violation of this.ledger.add(grant, this.isExact))
      this.accuse(`${call.label}: ${violation}`);
  }

  end(call: Call, ending: Ending): void {
    this.say(`end #${call.id}${'error' in ending ? ' by an error' : ''}`);
    const grant = call.grant!;
    const isOwn = call.joined === undefined;
    call.wasLost = wasLost(this, call);
    if (isOwn) grant.releasingAt ??= this.nowAt;
    call.end(ending, this.nowAt);
    if (!isOwn) return;
    const { weather } = this.network;
    if (weather === 'up' && !this.isClosed(call)) {
      grant.released = call.wasLost ? 'lost' : 'released';
      if (!call.wasLost && grant.terms.holdAtLeastMs === 0) {
        this.freed.set(call.plan.name, call.instance);
      }
    }
  }

  /** Asks for something, and does not wait: the answer is judged when it comes. */
  operate<T>(label: string, ask: () => Promise<T>, judge: (answer: Answer<T>) => void): void {
    this.say(label);
    const isTouched = this.network.weather !== 'up';
    const operation = { label, startedAt: this.nowAt, isTouched, isPending: true };
    this.operations.push(operation);
    const tell = (answer: Settled<T>): void => {
      operation.isPending = false;
      const { error, value } = answer;
      this.say(`    ${label} → ${error === undefined ? String(value) : (error as Error).name}`);
      const isStore = error instanceof LockStoreError;
      // A failing database has one answer to everything.
      const { isTouched } = operation;
      if (!isStore || !(isTouched || !this.isExact)) judge({ ...answer, isTouched });
    };
    void ask().then(
      (value) => tell({ value }),
      (error: unknown) => tell({ error }),
    );
  }

  setWeather(weather: Weather): void {
    this.#mark();
    this.network.weather = weather;
    this.calmSinceAt = weather === 'up' ? this.nowAt : Infinity;
    this.#mark();
  }

  /** What the weather may do to what is under way. */
  #mark(): void {
    const { weather } = this.network;
    if (weather === 'up') return;
    for (const operation of this.operations) operation.isTouched ||= operation.isPending;
    for (const call of this.calls) {
      if (call.outcome) continue;
      call.isTouched = true;
      // It may be granted, and its holder never be told: nor that it was given back.
      if (weather === 'reply-lost') this.ledger.doubt(call.plan.name, this.nowAt + LONGEST_TTL_MS);
    }
    if (weather !== 'reply-lost') return;
    for (const grant of this.ledger.all) {
      if (grant.releasingAt === undefined) grant.mayBeRenewed(this.nowAt);
    }
  }

  say(line: string): void {
    this.#transcript.push(`+${(this.nowAt - this.#originAt) / 1000}s  ${line}`);
  }

  accuse(violation: string): void {
    this.#violations.push(violation);
  }

  get isGuilty(): boolean {
    return this.#violations.length > 0;
  }

  /** Lets everything go on that needs no time, and looks whether all is as it must be. */
  async settle(): Promise<void> {
    await this.clock.settled();
    this.#mark();
    judgeStep(this);
    this.freed.clear();
    this.assertInnocent();
  }

  assertInnocent(): void {
    if (!this.isGuilty) return;
    const [what, when] = [this.#violations, this.#transcript].map((lines) => lines.join('\n  '));
    throw new Error(`What must not be:\n  ${what}\nWhat happened:\n  ${when}`);
  }
}
