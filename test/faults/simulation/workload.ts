import { lockRequest, type LockRequest } from '../../../lib/core/lock-request.js';
import type { Chance } from './chance.js';
import type { Instance } from './instance.js';
import { scriptOf, type Script } from './scripts.js';
import type { Timeline } from './timeline.js';
import type { Weather } from './weather.js';

/** What applications do with their locks: calls at any instant, and crons by clocks of their own. */
export class Workload {
  readonly #timeline: Timeline;
  readonly #chance: Chance;
  readonly #weather: Weather;
  readonly #endAt: number;

  constructor(timeline: Timeline, chance: Chance, weather: Weather) {
    this.#timeline = timeline;
    this.#chance = chance;
    this.#weather = weather;
    this.#endAt = timeline.nowAt + weather.activeMs;
  }

  /** Plans all calls, each on whichever instance has that place then. */
  begin(instances: () => readonly Instance[]): void {
    const { calls, activeMs } = this.#weather;
    for (let left = calls; left > 0;) {
      const inMs = this.#chance.between(0, activeMs);
      const isRush = this.#chance.roll(0.3);
      const name = this.#chance.pick(this.#weather.names);
      const size = isRush ? this.#chance.whole(2, 4) : 1;
      left -= size;
      this.#timeline.after(inMs, () => {
        for (let more = size; more > 0; more -= 1) {
          const instance = this.#chance.pick(instances());
          instance.machine.receive(this.#timeline.nowAt, () => this.#call(instance, name));
        }
      });
    }
  }

  /** The crons of one instance: each of them fires at the same instants of its wall clock. */
  beginCrons(instance: Instance): void {
    const { periodMs, names } = this.#weather;
    if (periodMs === undefined) return;
    const { machine } = instance;
    const next = (): void => {
      if (this.#timeline.nowAt >= this.#endAt || instance.closing !== 'no') return;
      const untilNextMs = periodMs - (machine.wallAt() % periodMs);
      machine.schedule(untilNextMs, () => {
        const at = Math.floor(machine.wallAt() / periodMs) * periodMs;
        for (const name of names) this.#fire(instance, name, { at, periodMs });
        next();
      });
    };
    next();
  }

  #call(instance: Instance, name: string): void {
    const chance = this.#chance;
    const { ttlMs } = this.#weather;
    const controller = chance.roll(0.15) ? new AbortController() : undefined;
    const renew = !chance.roll(0.1);
    const request = lockRequest({
      ...this.#common(name),
      renew,
      maxRuntimeMs: chance.roll(0.1) ? Math.ceil(ttlMs * chance.between(0.1, 2)) : undefined,
      waitMs: chance.roll(0.4) ? chance.whole(1, Math.ceil(ttlMs * 2)) : 0,
      signal: controller?.signal,
    });
    if (controller) {
      const inMs = chance.between(0, ttlMs);
      instance.machine.schedule(inMs, () => controller.abort(new Error('the caller gave up')));
    }
    const script = this.#script(name);
    void (chance.roll(0.2) ? instance.hold(request, script) : instance.run(request, script));
  }

  #fire(instance: Instance, name: string, tick: { at: number; periodMs: number }): void {
    const request: LockRequest = lockRequest({ ...this.#common(name), tick });
    void instance.run(request, this.#script(name));
  }

  #common(name: string) {
    const chance = this.#chance;
    const { ttlMs } = this.#weather;
    return {
      name,
      ttlMs,
      holdAtLeastMs: chance.roll(0.2) ? chance.whole(1, ttlMs) : 0,
      onStoreError: chance.roll(0.3) ? ('skip' as const) : ('throw' as const),
    };
  }

  #script(name: string): Script {
    const others = this.#weather.names.filter((other) => other !== name);
    const other = others.length > 0 ? this.#chance.pick(others) : undefined;
    return scriptOf(this.#chance, this.#weather.ttlMs, other);
  }
}
