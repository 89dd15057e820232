import fc from 'fast-check';
import { NAMES, plans, written, type Plan } from '../plan.js';
import type { World } from '../world.js';
import { pick, type Command } from './command.js';

/** Calls a guarded method, or LockService.run() or acquire(). */
class Call implements Command {
  constructor(private readonly plan: Plan) {}

  check({ running }: World): boolean {
    return this.plan.inside === undefined || running.length > 0;
  }

  async run(_model: World, world: World): Promise<void> {
    world.call(this.plan);
    await world.settle();
  }

  toString(): string {
    return written(this.plan);
  }
}

class EndBody implements Command {
  constructor(
    private readonly which: number,
    private readonly fails: boolean,
  ) {}

  check({ running }: World): boolean {
    return running.length > 0;
  }

  async run(_model: World, world: World): Promise<void> {
    const call = pick(world.running, this.which);
    world.end(call, this.fails ? { error: new Error('the body failed') } : { value: {} });
    await world.settle();
  }

  toString(): string {
    return `end run ${this.which}${this.fails ? ' by an error' : ''}`;
  }
}

class GiveUp implements Command {
  constructor(private readonly which: number) {}

  check(world: World): boolean {
    return this.#choices(world).length > 0;
  }

  async run(_model: World, world: World): Promise<void> {
    const call = pick(this.#choices(world), this.which);
    world.say(`the caller of #${call.id} gives up`);
    const { grant, joined } = call;
    if (grant && !joined) grant.callerAbortedAt ??= world.nowAt;
    call.caller.abort(call.callerReason);
    await world.settle();
  }

  toString(): string {
    return `caller of call ${this.which} gives up`;
  }

  /** Guarded methods have no caller's signal. */
  #choices({ calls }: World): World['calls'] {
    return calls.filter(({ plan, state, joined }) => {
      const hasSignal = plan.verb === 'run' || plan.verb === 'acquire';
      return hasSignal && state !== 'ended' && !joined;
    });
  }
}

export const calls: fc.Arbitrary<Command>[] = [
  plans.map((plan) => new Call(plan)),
  plans.map((plan) => new Call(plan)),
  // Those of one name, so that one time of its cron is often asked for again.
  plans.map((plan) => new Call({ ...plan, verb: 'tick', name: NAMES[0]!, inside: undefined })),
  fc.tuple(fc.nat(3), fc.boolean()).map(([which, fails]) => new EndBody(which, fails)),
  fc.nat(3).map((which) => new GiveUp(which)),
];
