import { describe, expect, it } from '@jest/globals';
import { Injectable, type Type } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { SingleRunner } from 'nestjs-marathon';
import { NOTHING_FOUND, startUp } from './support/start-up.js';

const RARELY = '7 7 3 * * *';

describe('an override that lost its decorator', () => {
  it('is warned of', async () => {
    class Base {
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    @Injectable()
    class Overriding extends Base {
      override async run(): Promise<void> {
        await super.run();
      }
    }
    const { errors, warnings } = await startUp({ providers: [Overriding] });
    expect(errors).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^- Overriding\.run: overrides Base\.run without.* super\.run\(\)/),
    ]);
  });

  it.each([
    ['@Cron', Cron(RARELY)],
    ['@Interval', Interval(1_000_000)],
  ])('is warned of more clearly where it is scheduled: %s', async (name, schedule) => {
    class Base {
      @schedule
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    @Injectable()
    class Overriding extends Base {
      @schedule
      override async run(): Promise<void> {}
    }
    const { errors, warnings } = await startUp({ providers: [Overriding] });
    expect(warnings.join()).toContain(`${name} runs it on every instance`);
    // It may call super.run(), which is guarded: nobody can tell from outside.
    expect(errors).toEqual([]);
  });

  it('is told once where several classes inherit it', async () => {
    class Base {
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    class Overriding extends Base {
      override async run(): Promise<void> {}
    }
    @Injectable()
    class One extends Overriding {}
    @Injectable()
    class Other extends Overriding {}
    const { warnings } = await startUp({ providers: [One, Other] });
    expect(warnings).toEqual([expect.stringContaining('- Overriding.run:')]);
  });

  it('is in order once it repeats the decorator, or has a key of its own', async () => {
    class Base {
      @Cron(RARELY)
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    @Injectable()
    class Repeating extends Base {
      @Cron(RARELY)
      @SingleRunner('job')
      override async run(): Promise<void> {
        await super.run();
      }
    }
    expect(await startUp({ providers: [Repeating] })).toEqual(NOTHING_FOUND);
    @Injectable()
    class Apart extends Base {
      async runAll(): Promise<void> {
        await this.run();
      }
    }
    expect(await startUp({ providers: [Apart] })).toEqual(NOTHING_FOUND);
  });

  it('is in order where a still more derived class is guarded again', async () => {
    class Base {
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    class Between extends Base {
      override async run(): Promise<void> {}
    }
    @Injectable()
    class Guarded extends Between {
      @SingleRunner('job')
      override async run(): Promise<void> {}
    }
    expect(await startUp({ providers: [Guarded] })).toEqual(NOTHING_FOUND);
  });

  it('is not what a decorator of the class puts in front, with the metadata of the method', async () => {
    const tracedClass = <Base extends Type<{ run(): Promise<void> }>>(base: Base): Base => {
      class Traced extends base {
        override async run(): Promise<void> {
          await super.run();
        }
      }
      for (const key of Reflect.getMetadataKeys(base.prototype.run)) {
        const value: unknown = Reflect.getMetadata(key, base.prototype.run);
        Reflect.defineMetadata(key, value, Traced.prototype.run);
      }
      return Traced;
    };
    @Injectable()
    @tracedClass
    class Jobs {
      @Cron(RARELY)
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    expect(await startUp({ providers: [Jobs] })).toEqual(NOTHING_FOUND);
  });
});
