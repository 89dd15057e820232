import { describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Scope,
  UseGuards,
  type CanActivate,
} from '@nestjs/common';
import { Cron, Interval, ScheduleModule, Timeout } from '@nestjs/schedule';
import { SingleRunner } from 'nestjs-marathon';
import { inMemory } from './support/applications.js';
import { NOTHING_FOUND, startUp, startUpOf } from './support/start-up.js';

const RARELY = '7 7 3 * * *';

describe('a scheduled method that schedule ignores', () => {
  @Injectable({ scope: Scope.REQUEST })
  class OfRequest {}

  it.each([
    ['@Cron', Cron(RARELY)],
    ['@Interval', Interval(1_000_000)],
    ['@Timeout', Timeout(1_000_000)],
  ])('is warned of in a provider for each request: %s', async (decorator, schedule) => {
    @Injectable({ scope: Scope.REQUEST })
    class Jobs {
      @schedule
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    const { errors, warnings } = await startUp({ providers: [Jobs] });
    expect(errors).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(`- Jobs.run: carries ${decorator}, but`)]);
    expect(warnings[0]).toMatch(/Scope\.REQUEST.*never fires.*default scope/);
  });

  it('is warned of in a provider that injects one for each request, and in no other', async () => {
    @Injectable()
    class Jobs {
      constructor(readonly ofRequest: OfRequest) {}

      @SingleRunner('job')
      @Cron(RARELY)
      async run(): Promise<void> {}
    }
    @Injectable()
    class Others {
      @SingleRunner('other')
      @Cron(RARELY)
      async run(): Promise<void> {}
    }
    const { warnings } = await startUp({ providers: [OfRequest, Jobs, Others] });
    expect(warnings).toEqual([expect.stringContaining('- Jobs.run:')]);
  });

  it('is warned of in a TRANSIENT provider, where it runs on what no constructor made', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Jobs {
      @Cron(RARELY)
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    const { warnings } = await startUp({ providers: [Jobs] });
    expect(warnings).toEqual([expect.stringMatching(/Jobs\.run: .*constructor never ran/)]);
  });

  it('is warned of where its key is a symbol', async () => {
    const key = Symbol('key');
    @Injectable()
    class Jobs {
      @Cron(RARELY)
      @SingleRunner('job')
      async [key](): Promise<void> {}
    }
    const { warnings } = await startUp({ providers: [Jobs] });
    expect(warnings).toEqual([expect.stringMatching(/Symbol\(key\).*never fires/)]);
  });

  it('is warned of in a guard that is no provider', async () => {
    @Injectable()
    class Gatekeeper implements CanActivate {
      canActivate(): boolean {
        return true;
      }

      @Cron(RARELY)
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    @Controller()
    @UseGuards(Gatekeeper)
    class Pages {
      @Get()
      home(): void {}
    }
    @Module({ providers: [Gatekeeper] })
    class Gates {}
    const controllers = [Pages];
    const { warnings } = await startUp({ controllers });
    expect(warnings).toEqual([expect.stringMatching(/Gatekeeper\.run: .*no provider/)]);
    expect(await startUp({ controllers, providers: [Gatekeeper] })).toEqual(NOTHING_FOUND);
    expect(await startUp({ controllers, imports: [Gates] })).toEqual(NOTHING_FOUND);
  });

  it('is warned of where the constructor has replaced it', async () => {
    @Injectable()
    class Jobs {
      @Cron(RARELY)
      @SingleRunner('job')
      async run(): Promise<void> {}

      constructor() {
        this.run = this.run.bind(this);
      }
    }
    const { warnings } = await startUp({ providers: [Jobs] });
    expect(warnings).toEqual([expect.stringMatching(/Jobs\.run: .*replaced/)]);
  });

  it('is in order in providers and controllers of the default scope', async () => {
    @Controller()
    class Pages {
      @Cron(RARELY)
      @SingleRunner('page')
      async run(): Promise<void> {}
    }
    abstract class Base {
      @Cron(RARELY)
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    @Injectable()
    class Jobs extends Base {}
    const metadata = { controllers: [Pages], providers: [Jobs] };
    expect(await startUp(metadata)).toEqual(NOTHING_FOUND);
  });

  it.each([
    ['there is no ScheduleModule', []],
    ['the ScheduleModule mounts no crons', [ScheduleModule.forRoot({ cronJobs: false })]],
  ])('is in order where %s', async (_what, imports) => {
    @Injectable({ scope: Scope.REQUEST })
    class Jobs {
      @Cron(RARELY)
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    const metadata = { imports: [inMemory(), ...imports], providers: [Jobs] };
    expect(await startUpOf(metadata)).toEqual(NOTHING_FOUND);
  });

  it('is in order in a class for each request that nothing schedules', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Jobs {
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    expect(await startUp({ providers: [Jobs] })).toEqual(NOTHING_FOUND);
  });
});

describe('a foreign decorator that replaces the method', () => {
  const traced: MethodDecorator = (_target, _key, descriptor: PropertyDescriptor) => {
    const original = descriptor.value as (...args: unknown[]) => unknown;
    descriptor.value = function (this: unknown, ...args: unknown[]): unknown {
      return original.apply(this, args);
    };
  };

  it('is warned of where it hides @Cron from schedule', async () => {
    @Injectable()
    class Jobs {
      @traced
      @SingleRunner('above')
      @Cron(RARELY)
      async above(): Promise<void> {}

      @traced
      @Cron(RARELY)
      @SingleRunner('below')
      async below(): Promise<void> {}
    }
    const { warnings } = await startUp({ providers: [Jobs] });
    expect(warnings).toEqual([
      expect.stringMatching(/Jobs\.above: carries @Cron, but its metadata is lost/),
      expect.stringMatching(/Jobs\.below: carries @Cron, but its metadata is lost/),
    ]);
  });

  it('is in order below @Cron, on either side of ours', async () => {
    @Injectable()
    class Jobs {
      @Cron(RARELY)
      @traced
      @SingleRunner('above')
      async above(): Promise<void> {}

      @Cron(RARELY)
      @SingleRunner('below')
      @traced
      async below(): Promise<void> {}
    }
    expect(await startUp({ providers: [Jobs] })).toEqual(NOTHING_FOUND);
  });
});
