import { describe, expect, it } from '@jest/globals';
import { Controller, Injectable, Scope, type Type } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { MarathonModule, SingleRunner } from 'nestjs-marathon';
import { inMemory } from './support/applications.js';
import { NOTHING_FOUND, startUp, startUpOf } from './support/start-up.js';

const shared = { shared: true, oncePerTick: false };

describe('two methods of one name', () => {
  it('stop the start, in one class', async () => {
    @Injectable()
    class Jobs {
      @SingleRunner('job')
      async one(): Promise<void> {}

      @SingleRunner('job')
      async other(): Promise<void> {}
    }
    const { errors } = await startUp({ providers: [Jobs] });
    expect(errors).toEqual([
      expect.objectContaining({
        severity: 'error',
        kind: 'duplicate-name',
        where: ['Jobs.one', 'Jobs.other'],
        problem: expect.stringContaining('"job"'),
        remedy: expect.stringContaining('a name of its own'),
      }),
    ]);
  });

  it.each([
    ['providers', (one: Type, other: Type) => ({ providers: [one, other] })],
    ['a provider and a controller', (one: Type, other: Type) => ({ providers: [one], controllers: [other] })], // prettier-ignore
    ['a class and a value', (one: Type, other: Type) => ({ providers: [one, { provide: 'other', useValue: new other() }] })], // prettier-ignore
    ['providers that a factory makes', (one: Type, other: Type) => ({ providers: [one, other].map((type) => ({ provide: type.name, useFactory: () => new type() })) })], // prettier-ignore
  ])('stop the start, in two classes: %s', async (_what, metadataOf) => {
    @Injectable()
    class One {
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    @Controller()
    class Other {
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    const { errors } = await startUp(metadataOf(One, Other));
    expect(errors.map(({ where }) => where.toSorted())).toEqual([['One.run', 'Other.run']]);
  });

  it.each([Scope.REQUEST, Scope.TRANSIENT])(
    'stop the start in a class of scope %s',
    async (scope) => {
      @Injectable({ scope })
      class Scoped {
        @SingleRunner('job')
        async run(): Promise<void> {}
      }
      @Injectable()
      class Other {
        @SingleRunner('job')
        async run(): Promise<void> {}
      }
      const { errors } = await startUp({ providers: [Scoped, Other] });
      expect(errors.map(({ where }) => where)).toEqual([['Scoped.run', 'Other.run']]);
    },
  );

  it('are in order where a cron and a call by hand share a name: the cron keeps its ticks', async () => {
    @Injectable()
    class Jobs {
      @Cron('7 7 3 * * *')
      @SingleRunner('job', { shared: true })
      async nightly(): Promise<void> {}

      @SingleRunner('job', { shared: true })
      async byHand(): Promise<void> {}
    }
    expect(await startUp({ providers: [Jobs] })).toEqual(NOTHING_FOUND);
  });

  it('stop the start where two crons would take the ticks of each other, though they share', async () => {
    @Injectable()
    class Jobs {
      @Cron('7 7 3 * * *')
      @SingleRunner('job', { shared: true })
      async one(): Promise<void> {}

      @Cron('7 7 4 * * *')
      @SingleRunner('job', { shared: true })
      async other(): Promise<void> {}
    }
    const { errors } = await startUp({ providers: [Jobs] });
    expect(errors.map(({ kind }) => kind)).toEqual(['duplicate-name']);
    expect(errors[0]!.remedy).toMatch(/oncePerTick: false to all of their crons but one/);
  });

  it('are in order with names of their own', async () => {
    @Injectable()
    class Jobs {
      @SingleRunner('one')
      async one(): Promise<void> {}

      @SingleRunner('other')
      async other(): Promise<void> {}
    }
    expect(await startUp({ providers: [Jobs] })).toEqual(NOTHING_FOUND);
  });

  it('are in order where all of them say that the name is shared', async () => {
    @Injectable()
    class Meant {
      @SingleRunner('meant', shared)
      async one(): Promise<void> {}

      @SingleRunner('meant', shared)
      async other(): Promise<void> {}
    }
    expect(await startUp({ providers: [Meant] })).toEqual(NOTHING_FOUND);
  });

  it('stop the start where one of them alone says that the name is shared', async () => {
    @Injectable()
    class Half {
      @SingleRunner('half', shared)
      async one(): Promise<void> {}

      @SingleRunner('half')
      async other(): Promise<void> {}
    }
    const { errors } = await startUp({ providers: [Half] });
    expect(errors.map(({ where }) => where)).toEqual([['Half.one', 'Half.other']]);
  });

  it('are in order where the names are functions, which are not compared', async () => {
    @Injectable()
    class Jobs {
      @SingleRunner((id: string) => `job:${id}`)
      async one(_id: string): Promise<void> {}

      @SingleRunner((id: string) => `job:${id}`)
      async other(_id: string): Promise<void> {}
    }
    expect(await startUp({ providers: [Jobs] })).toEqual(NOTHING_FOUND);
  });

  it('are in order in two modules, each of which has its own locks', async () => {
    @Injectable()
    class Jobs {
      @SingleRunner('job')
      async one(): Promise<void> {}

      @SingleRunner('job', { module: 'billing' })
      async other(): Promise<void> {}
    }
    const billing = MarathonModule.forRoot({ name: 'billing', enabled: false });
    const imports = [inMemory(), billing];
    expect(await startUpOf({ imports, providers: [Jobs] })).toEqual(NOTHING_FOUND);
  });

  it('are found by the module that they name', async () => {
    @Injectable()
    class Jobs {
      @SingleRunner('job', { module: 'billing' })
      async one(): Promise<void> {}

      @SingleRunner('job', { module: 'billing' })
      async other(): Promise<void> {}
    }
    const billing = MarathonModule.forRoot({ name: 'billing', enabled: false });
    const { errors } = await startUpOf({ imports: [inMemory(), billing], providers: [Jobs] });
    expect(errors.map(({ where }) => where)).toEqual([['Jobs.one', 'Jobs.other']]);
  });

  it('are in order where one overrides the other, which nothing else uses', async () => {
    class Base {
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    @Injectable()
    class Overriding extends Base {
      @SingleRunner('job')
      override async run(): Promise<void> {
        await super.run();
      }
    }
    expect(await startUp({ providers: [Overriding] })).toEqual(NOTHING_FOUND);
    const { errors } = await startUp({ providers: [Overriding, Base] });
    expect(errors.map(({ where }) => where)).toEqual([['Overriding.run', 'Base.run']]);
  });

  it('are in order where they are one method with two decorators', async () => {
    @Injectable()
    class Jobs {
      @SingleRunner('job')
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    expect(await startUp({ providers: [Jobs] })).toEqual(NOTHING_FOUND);
  });
});
