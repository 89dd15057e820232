import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, Scope } from '@nestjs/common';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { MarathonError, MarathonModule, SingleRunner, StartUpError } from 'nestjs-marathon';
import { inMemory, start } from './support/applications.js';
import { MemoryLog } from './support/memory-log.js';
import { NOTHING_FOUND, startUp, startUpOf } from './support/start-up.js';

const RARELY = '7 7 3 * * *';

/** Providers with a finding of each kind, made anew for each test. */
function everythingWrong(): { providers: NonNullable<Parameters<typeof startUp>[0]['providers']> } {
  @Injectable()
  class Duplicates {
    @SingleRunner('duplicate')
    async one(): Promise<void> {}

    @SingleRunner('duplicate')
    async other(): Promise<void> {}
  }
  class Inherited {
    @SingleRunner('inherited')
    async run(): Promise<void> {}
  }
  @Injectable()
  class Acme extends Inherited {}
  @Injectable()
  class Bolt extends Inherited {
    override async run(): Promise<void> {}
  }
  @Injectable()
  class Cogs extends Inherited {}
  @Injectable()
  class Misfit {
    @SingleRunner('misfit', { holdAtLeast: '2m' })
    async run(): Promise<void> {}
  }
  @Injectable({ scope: Scope.REQUEST })
  class OfRequest {
    @Cron(RARELY)
    @SingleRunner('of request')
    async run(): Promise<void> {}
  }
  @Injectable()
  class Twice {
    @SingleRunner('twice')
    async run(): Promise<void> {}
  }
  class Forgotten {
    @SingleRunner('forgotten')
    async run(): Promise<void> {}
  }
  expect(Forgotten.name).toBe('Forgotten');
  const twice = [Twice, { provide: 'again', useClass: Twice }];
  return { providers: [Duplicates, Acme, Bolt, Cogs, Misfit, OfRequest, ...twice] };
}

describe('all that is found', () => {
  it('is told at once, the errors by one error and the warnings by one log', async () => {
    const { errors, warnings, logs } = await startUp(everythingWrong());
    expect(errors.map(({ kind, where }) => [kind, ...where])).toEqual([
      ['duplicate-name', 'Duplicates.one', 'Duplicates.other'],
      ['inherited-name', 'Acme.run', 'Cogs.run'],
      ['invalid-option', 'Misfit.run'],
    ]);
    expect(warnings).toEqual([
      expect.stringContaining('- Bolt.run: overrides'),
      expect.stringContaining('- OfRequest.run: carries @Cron'),
      expect.stringContaining('- Twice: has 2 instances'),
      expect.stringContaining('- Forgotten.run: no provider'),
    ]);
    expect(logs).toBe(1);
  });

  it('is in the message of the error, each with where it is and what to do', async () => {
    const imports = [inMemory()];
    const error: unknown = await start({ imports, ...everythingWrong() }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StartUpError);
    expect(error).toBeInstanceOf(MarathonError);
    const { code, findings, message, name } = error as StartUpError;
    expect([code, name]).toEqual(['MARATHON_START_UP', 'StartUpError']);
    expect(message).toContain("MarathonModule 'default' found 3 errors");
    for (const { where, problem, remedy } of findings) {
      expect(message).toContain(`- ${where.join(', ')}: ${problem}. ${remedy}`);
    }
  });

  it('stops the start before any hook of the application’s bootstrap, and so before any cron', async () => {
    const hooks: string[] = [];
    @Injectable()
    class Jobs {
      @SingleRunner('misfit', { holdAtLeast: '2m' })
      @Cron('* * * * * *')
      async run(): Promise<void> {
        hooks.push('cron');
      }

      onApplicationBootstrap(): void {
        hooks.push('bootstrap');
      }
    }
    const imports = [ScheduleModule.forRoot(), inMemory()];
    await expect(start({ imports, providers: [Jobs] })).rejects.toThrow(StartUpError);
    expect(hooks).toEqual([]);
  });

  it('is of one module, and names it', async () => {
    @Injectable()
    class Jobs {
      @SingleRunner('job', { module: 'billing', holdAtLeast: '2m' })
      async run(): Promise<void> {}
    }
    const billing = MarathonModule.forRoot({ name: 'billing', enabled: false });
    const started = start({ imports: [inMemory(), billing], providers: [Jobs] });
    await expect(started).rejects.toThrow("MarathonModule 'billing' found an error");
  });

  it('is logged by Marathon', async () => {
    const contexts: unknown[] = [];
    class Contexts extends MemoryLog {
      override warn(message: unknown, context?: unknown): void {
        if (String(message).startsWith('Found at start-up')) contexts.push(context);
      }
    }
    class Forgotten {
      @SingleRunner('forgotten')
      async run(): Promise<void> {}
    }
    expect(Forgotten.name).toBe('Forgotten');
    await start({ imports: [inMemory()] }, new Contexts());
    expect(contexts).toEqual(['Marathon']);
  });

  it('is told of each application by itself, and nothing where there is nothing', async () => {
    @Injectable()
    class Jobs {
      @Cron(RARELY)
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    @Module({ providers: [Jobs] })
    class Stock {}
    for (const _turn of [1, 2]) {
      expect(await startUp({ providers: [Jobs] })).toEqual(NOTHING_FOUND);
      expect((await startUp({ imports: [Stock], providers: [Jobs] })).warnings).toHaveLength(1);
    }
  });
});

describe('options', () => {
  it('that are wrong with the module’s defaultTtl stop the start', async () => {
    @Injectable()
    class Jobs {
      @SingleRunner('job', { holdAtLeast: '2m' })
      async run(): Promise<void> {}
    }
    const { errors } = await startUp({ providers: [Jobs] });
    expect(errors).toEqual([
      expect.objectContaining({
        kind: 'invalid-option',
        where: ['Jobs.run'],
        remedy: expect.stringContaining('holdAtLeast is 120000 ms, with a ttl of 60000 ms'),
      }),
    ]);
    expect(await startUp({ providers: [Jobs] }, { defaultTtl: '5m' })).toEqual(NOTHING_FOUND);
  });

  it('that are wrong with it stop the start where no instance is made yet', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Jobs {
      @SingleRunner('job', { holdAtLeast: '2m' })
      async run(): Promise<void> {}

      @SingleRunner('told', { ttl: (jobs: Jobs) => jobs.ttl, holdAtLeast: '2m' })
      async told(): Promise<void> {}

      readonly ttl = '5m';
    }
    const { errors } = await startUp({ providers: [Jobs] });
    expect(errors.map(({ where }) => where)).toEqual([['Jobs.run']]);
  });

  it.each([
    ['a ttl that cannot be read', { ttl: '10 minuts' }, "'10 minuts'"],
    ['a ttl out of range', { ttl: 5 }, '5 ms'],
    ['a holdAtLeast above the ttl', { ttl: '1m', holdAtLeast: '2m' }, '120000 ms'],
    ['a boolean that is a string', { renew: 'false' }, 'renew'],
  ])('that an instance tells wrongly stop the start: %s', async (_what, told, message) => {
    @Injectable()
    class Jobs {
      readonly settings: { ttl?: string | number; holdAtLeast?: string; renew?: unknown } = told;

      @SingleRunner('job', {
        ttl: (jobs: Jobs) => jobs.settings.ttl,
        holdAtLeast: (jobs: Jobs) => jobs.settings.holdAtLeast,
        renew: (jobs: Jobs) => jobs.settings.renew as boolean | undefined,
      })
      async run(): Promise<void> {}
    }
    const { errors } = await startUp({ providers: [Jobs] });
    expect(errors.map(({ kind, where }) => [kind, ...where])).toEqual([
      ['invalid-option', 'Jobs.run'],
    ]);
    expect(errors[0]?.remedy).toContain(message);
  });

  it('that an instance does not know yet are in order', async () => {
    @Injectable()
    class Jobs {
      settings: { ttl: string } | undefined;

      onModuleInit(): void {
        this.settings = { ttl: '5m' };
      }

      @SingleRunner('undefined', { ttl: (jobs: Jobs) => jobs.settings?.ttl })
      async one(): Promise<void> {}

      @SingleRunner('throws', { ttl: (jobs: Jobs) => jobs.settings!.ttl, holdAtLeast: '2m' })
      async other(): Promise<void> {}
    }
    expect(await startUp({ providers: [Jobs] })).toEqual(NOTHING_FOUND);
  });
});

it('two applications side by side have nothing to do with each other', async () => {
  @Injectable()
  class Jobs {
    @SingleRunner('job')
    async run(): Promise<void> {}
  }
  const imports = [inMemory()];
  const metadata = { imports, providers: [Jobs] };
  expect(await Promise.all([startUpOf(metadata), startUpOf(metadata)])).toEqual([
    NOTHING_FOUND,
    NOTHING_FOUND,
  ]);
});
