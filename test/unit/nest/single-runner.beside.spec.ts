import { describe, expect, it } from '@jest/globals';
import { Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Cron, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { currentLease, SingleRunner } from 'nestjs-marathon';
import { startInMemory } from './support/applications.js';
import { Gate } from './support/gate.js';

const EVERY_SECOND = '* * * * * *';
/** Once a day: such a job fires when a test says so. */
const RARELY = '7 7 3 * * *';
/** Lets a test wait for the end of a fire that it called. */
const waitForCompletion = true;

/** Tells under which lease a body ran. */
class Watched {
  readonly ran = new Gate<string | undefined>();
  runs = 0;

  protected body(): void {
    this.runs += 1;
    this.ran.open(currentLease()?.name);
  }
}

@Injectable()
class CronBelow extends Watched {
  @SingleRunner('cron below')
  @Cron(EVERY_SECOND)
  async run(): Promise<void> {
    this.body();
  }
}

@Injectable()
class CronAbove extends Watched {
  @Cron(EVERY_SECOND)
  @SingleRunner('cron above')
  async run(): Promise<void> {
    this.body();
  }
}

@Injectable()
class IntervalBelow extends Watched {
  @SingleRunner('interval below')
  @Interval(5)
  async run(): Promise<void> {
    this.body();
  }
}

@Injectable()
class IntervalAbove extends Watched {
  @Interval(5)
  @SingleRunner('interval above')
  run(): void {
    this.body();
  }
}

@Injectable()
class TimeoutBelow extends Watched {
  @SingleRunner('timeout below')
  @Timeout(1)
  async run(): Promise<void> {
    this.body();
  }
}

@Injectable()
class TimeoutAbove extends Watched {
  @Timeout(1)
  @SingleRunner('timeout above')
  async run(): Promise<void> {
    this.body();
  }
}

it.each([
  ['below', '@Cron', CronAbove, 'cron above'],
  ['above', '@Cron', CronBelow, 'cron below'],
  ['below', '@Interval', IntervalAbove, 'interval above'],
  ['above', '@Interval', IntervalBelow, 'interval below'],
  ['below', '@Timeout', TimeoutAbove, 'timeout above'],
  ['above', '@Timeout', TimeoutBelow, 'timeout below'],
])('runs under a lease %s %s', async (_where, _decorator, type, name) => {
  const app = await startInMemory({ imports: [ScheduleModule.forRoot()], providers: [type] });
  expect(await app.get<Watched>(type).ran.opened).toBe(name);
});

describe('a cron', () => {
  @Injectable()
  class Jobs {
    readonly runs: string[] = [];

    @SingleRunner('below')
    @Cron(RARELY, { name: 'below', waitForCompletion })
    async below(): Promise<void> {
      this.runs.push('below');
    }

    @Cron(RARELY, { name: 'above', waitForCompletion })
    @SingleRunner('above')
    async above(): Promise<void> {
      this.runs.push('above');
    }

    @Cron(RARELY, { name: 'every fire', waitForCompletion })
    @SingleRunner('every fire', { oncePerTick: false })
    async everyFire(): Promise<void> {
      this.runs.push('every fire');
    }
  }

  async function fireTwice(job: string): Promise<Jobs> {
    const app = await startInMemory({ imports: [ScheduleModule.forRoot()], providers: [Jobs] });
    const cron = app.get(SchedulerRegistry).getCronJob(job);
    await cron.fireOnTick();
    await cron.fireOnTick();
    return app.get(Jobs);
  }

  it.each(['above', 'below'])('fires once a tick with @Cron %s', async (job) => {
    expect((await fireTwice(job)).runs).toEqual([job]);
  });

  it('fires as often as it is told to with oncePerTick: false', async () => {
    expect((await fireTwice('every fire')).runs).toEqual(['every fire', 'every fire']);
  });

  it('leaves a manual call of its method without a tick', async () => {
    const jobs = await fireTwice('above');
    await jobs.above();
    expect(jobs.runs).toEqual(['above', 'above']);
  });
});

it('skips the fires of an @Interval while the body of one runs', async () => {
  @Injectable()
  class Jobs extends Watched {
    readonly beats = new Gate();
    beat = 0;

    @Interval(5)
    @SingleRunner('interval')
    async run(): Promise<void> {
      this.body();
      await this.beats.opened;
    }

    @Interval(5)
    count(): void {
      if (this.runs > 0) this.beat += 1;
      if (this.beat === 5) this.beats.open();
    }
  }
  const app = await startInMemory({ imports: [ScheduleModule.forRoot()], providers: [Jobs] });
  const jobs = app.get(Jobs);
  await jobs.beats.opened;
  expect(jobs.runs).toBe(1);
});

describe('metadata', () => {
  class Jobs {
    @SetMetadata('above', 1)
    @SingleRunner('job')
    @SetMetadata('below', 2)
    async run(): Promise<void> {}
  }

  it.each([
    ['above', 1],
    ['below', 2],
  ])('of a decorator %s is read through the wrapper', (key, value) => {
    expect(new Reflector().get(key, Jobs.prototype.run)).toBe(value);
    expect(Reflect.getMetadataKeys(Jobs.prototype.run)).toContain(key);
  });

  it('of one method is not seen on another', () => {
    class Others {
      @SingleRunner('other')
      async run(): Promise<void> {}
    }
    expect(Reflect.getMetadataKeys(Others.prototype.run)).not.toContain('above');
  });
});

describe('a foreign decorator that replaces the method', () => {
  /** As decorators for logs and traces do. */
  const traced =
    (trace: (string | undefined)[]): MethodDecorator =>
    (_target, _key, descriptor: PropertyDescriptor) => {
      const original = descriptor.value as (...args: unknown[]) => unknown;
      descriptor.value = function (this: unknown, ...args: unknown[]): unknown {
        trace.push(currentLease()?.name);
        return original.apply(this, args);
      };
    };

  it('runs outside of the lease where it stands above, and the body inside', async () => {
    const trace: (string | undefined)[] = [];
    @Injectable()
    class Jobs extends Watched {
      @traced(trace)
      @SingleRunner('job')
      async run(): Promise<void> {
        this.body();
      }
    }
    const jobs = (await startInMemory({ providers: [Jobs] })).get(Jobs);
    await jobs.run();
    expect(trace).toEqual([undefined]);
    expect(await jobs.ran.opened).toBe('job');
  });

  it('runs inside of the lease where it stands below', async () => {
    const trace: (string | undefined)[] = [];
    @Injectable()
    class Jobs extends Watched {
      @SingleRunner('job')
      @traced(trace)
      async run(): Promise<void> {
        this.body();
      }
    }
    const jobs = (await startInMemory({ providers: [Jobs] })).get(Jobs);
    await jobs.run();
    expect(trace).toEqual(['job']);
    expect(await jobs.ran.opened).toBe('job');
  });
});
