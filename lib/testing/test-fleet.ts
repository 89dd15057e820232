import type { DynamicModule } from '@nestjs/common';
import type { FencedTransactions } from '../core/fenced-transactions.js';
import { infoOf, type LockInfo } from '../core/lock-info.js';
import { checkName } from '../core/lock-request.js';
import { MemoryLockStore } from '../core/memory-lock-store.js';
import { notifier } from '../core/notify.js';
import { SingleRun } from '../core/single-run.js';
import { durationMs, type Duration } from '../nest/duration.js';
import type { Lease } from '../nest/lease.js';
import { LockService } from '../nest/lock.service.js';
import type { MarathonModuleExtras } from '../nest/marathon.module-definition.js';
import { MarathonModule } from '../nest/marathon.module.js';
import { resolveOptions, type MarathonOptions } from '../nest/marathon.options.js';
import { CLOCK, STORE } from '../nest/marathon.tokens.js';
import { assertRan, type RanOptions } from './assert-ran.js';
import { closingTime } from './closing-time.js';
import { RunRecorder } from './run-recorder.js';
import { AlreadyHeldError, NoTransactionsError, NotHeldError } from './testing.errors.js';
import { VirtualClock } from './virtual-clock.js';

/** What is left of the module's options where there is no database. */
export interface TestModuleOptions
  extends Pick<MarathonOptions, 'defaultTtl' | 'shutdownTimeout'>, MarathonModuleExtras {}

/** How {@link TestFleet.hold} and {@link TestFleet.steal} take a lock. */
export interface HoldOptions {
  /**
   * How long the name stays taken: it is not renewed. 100 ms to 24 days.
   *
   * @defaultValue `'1m'`
   */
  readonly ttl?: Duration | undefined;
  /**
   * The label of the instance that takes it.
   *
   * @defaultValue `'somebody-else'`; for `steal()` it is `'thief'`
   */
  readonly instance?: string | undefined;
}

/**
 * Several instances of an application in one test: they share one store, in memory, and one clock,
 * which stands still until the test advances it.
 *
 * @example
 * const fleet = new TestFleet();
 * const app = await Test.createTestingModule({
 *   imports: [fleet.module('api-1')],
 *   providers: [InventoryTasks],
 * }).compile();
 * await app.init();
 * await app.get(InventoryTasks).sync();
 * fleet.assertRan('inventory:sync', { times: 1, instance: 'api-1' });
 */
export class TestFleet {
  /** What leases, renewals, deadlines and waits run on. */
  readonly clock: VirtualClock;
  readonly #store: MemoryLockStore;
  readonly #recorder: RunRecorder;
  readonly #instances = new Map<string, LockService>();

  /** @param clock such as one that begins at another instant; by default a new one */
  constructor(clock: VirtualClock = new VirtualClock()) {
    this.clock = clock;
    this.#store = new MemoryLockStore(clock);
    this.#recorder = new RunRecorder(clock);
  }

  /**
   * `MarathonModule.forRoot()` for an instance of the fleet. When its application closes, as much of
   * the fleet's time passes as its bodies need to stop, up to `shutdownTimeout`.
   *
   * @param instance the label that people see for it
   * @throws {InvalidOptionError} as the application starts, for options out of their range
   */
  module(instance: string, options: TestModuleOptions = {}): DynamicModule {
    const definition = MarathonModule.forRoot({ ...options, instance, enabled: false });
    return {
      ...definition,
      // The last provider of a token is the one that counts.
      providers: [
        ...(definition.providers ?? []),
        { provide: STORE, useValue: this.#store },
        { provide: CLOCK, useValue: this.clock },
        { provide: RunRecorder, useValue: this.#recorder },
        closingTime(this.clock),
      ],
    };
  }

  /**
   * The `LockService` of an instance that has no application: the same one for the same label.
   *
   * @param instance the label that people see for it
   * @throws {InvalidOptionError} if that is none
   *
   * @example
   * const lease = await fleet.locks('api-2').acquire('report', '5m'); // renewed, as ever
   */
  locks(instance: string): LockService {
    let locks = this.#instances.get(instance);
    if (!locks) this.#instances.set(instance, (locks = this.#join(instance)));
    return locks;
  }

  /**
   * Lets somebody else hold a lock until it is released, or its ttl is over. For a holder that
   * renews there is `fleet.locks('api-2').acquire(name)`.
   *
   * @returns the lease of that holder
   * @throws {AlreadyHeldError} if somebody holds it
   * @throws {InvalidLockNameError, InvalidOptionError}
   *
   * @example
   * const other = await fleet.hold('inventory:sync', { ttl: '10m' });
   * await tasks.sync(); // skipped
   * await other.release();
   */
  async hold(name: string, options: HoldOptions = {}): Promise<Lease> {
    const { ttl = '1m', instance = 'somebody-else' } = options;
    const lease = await this.locks(instance).acquire(name, { ttl, renew: false });
    if (!lease) throw new AlreadyHeldError(name, await this.#look(name));
    return lease;
  }

  /**
   * Lets the lease on a name be over by now, as after a pause that its holder has not noticed: it
   * notices at its next renewal, which {@link VirtualClock.advance} brings about.
   *
   * @throws {NotHeldError} if nobody holds it
   * @throws {InvalidLockNameError}
   */
  async expire(name: string): Promise<void> {
    await this.#end('expire', name);
  }

  /**
   * Lets another instance take a lock from its holder, as after a pause that the holder has not
   * noticed: the fence rises, and the holder notices at its next renewal.
   *
   * @returns the lease of the new holder
   * @throws {NotHeldError} if nobody holds it
   * @throws {InvalidLockNameError, InvalidOptionError}
   *
   * @example
   * const running = tasks.sync();
   * await fleet.clock.settled();
   * await fleet.steal('inventory:sync');
   * await fleet.clock.advanceUntil(running); // a renewal is refused, and the body's signal fires
   */
  async steal(name: string, options: HoldOptions = {}): Promise<Lease> {
    await this.#end('steal', name);
    return this.hold(name, { ...options, instance: options.instance ?? 'thief' });
  }

  /**
   * Asserts that a body ran under its lock, which means: it was started under a lease on this name,
   * and did not lose it. Whether it returned or threw is for its caller to say. Leases that were
   * taken by hand run no body, and what runs inside a run of the same name counts as that run.
   *
   * @param options how often, and on which instance; by default at least once, on any
   * @throws {AssertionError} that lists what happened instead
   * @throws {InvalidOptionError} if `times` is no count
   *
   * @example
   * fleet.assertRan('inventory:sync', { times: 1, instance: 'api-1' });
   */
  assertRan(name: string, options: RanOptions = {}): void {
    assertRan(this.#recorder, name, options);
  }

  #join(instance: string): LockService {
    const options = resolveOptions({ instance, enabled: false });
    const notify = notifier([this.#recorder], (error) => {
      throw error;
    });
    const { clock } = this;
    const parts = { clock, durationMs, fenced: NO_TRANSACTIONS, instance, notify };
    return LockService.over(new SingleRun({ ...parts, store: this.#store }), options.defaultTtlMs);
  }

  async #end(verb: 'expire' | 'steal', name: string): Promise<void> {
    checkName(name);
    const lock = await this.#look(name);
    if (lock?.state !== 'held') throw new NotHeldError(verb, name, lock);
    this.#store.expire(name);
  }

  async #look(name: string): Promise<LockInfo | null> {
    const [lock] = await this.#store.inspect([name]);
    return lock ? infoOf(lock) : null;
  }
}

const NO_TRANSACTIONS: FencedTransactions = {
  run: () => Promise.reject(new NoTransactionsError()),
};
