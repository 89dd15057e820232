import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Scope, type Provider } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import {
  getLockServiceToken,
  LockService,
  SingleRunner,
  UnmanagedInstanceError,
} from 'nestjs-marathon';
import { inMemory, start, startInMemory } from './support/applications.js';

let runs = 0;

afterEach(() => {
  runs = 0;
});

class Jobs {
  @SingleRunner('job')
  async run(): Promise<void> {
    runs += 1;
  }
}

@Injectable()
class ListedJobs extends Jobs {}

/** Without a lock service a body must never run. */
async function expectRefusal(call: Promise<unknown>, why = ''): Promise<void> {
  const error: unknown = await call.catch((refusal: unknown) => refusal);
  expect(error).toBeInstanceOf(UnmanagedInstanceError);
  expect(error).toMatchObject({ code: 'MARATHON_UNMANAGED_INSTANCE' });
  const { message } = error as Error;
  expect(message).toContain('Jobs.run');
  expect(message).toContain(why);
  expect(message).toContain('MarathonModule.forRoot({ enabled: false })');
  expect(runs).toBe(0);
}

describe('a guarded method refuses, and its body does not run, if it is called', () => {
  it('on an instance that was made by hand', async () => {
    await expectRefusal(new Jobs().run(), 'Nest did not make');
  });

  it('on such an instance even where the application has others', async () => {
    const app = await startInMemory({ providers: [ListedJobs] });
    await app.get(ListedJobs).run();
    runs = 0;
    await expectRefusal(new ListedJobs().run());
  });

  it('without its instance', async () => {
    const { run } = (await startInMemory({ providers: [ListedJobs] })).get(ListedJobs);
    await expectRefusal(run());
  });

  it('while its instance is constructed', async () => {
    @Injectable()
    class Hasty extends Jobs {
      readonly early = expectRefusal(this.run(), 'has not finished yet');
    }
    await (await startInMemory({ providers: [Hasty] })).get(Hasty).early;
  });

  it('on a value that is frozen', async () => {
    const useValue = Object.freeze(new Jobs());
    const app = await startInMemory({ providers: [{ provide: Jobs, useValue }] });
    await expectRefusal(app.get(Jobs).run());
  });

  it('on what a factory made for one request', async () => {
    const app = await startInMemory({
      providers: [{ provide: Jobs, scope: Scope.REQUEST, useFactory: () => new Jobs() }],
    });
    await expectRefusal((await app.resolve(Jobs)).run());
  });

  it('on what a factory made of something that is made for one request', async () => {
    const app = await startInMemory({
      providers: [{ provide: Jobs, inject: [REQUEST], useFactory: () => new Jobs() }],
    });
    await expectRefusal((await app.resolve(Jobs)).run());
  });

  it('on what a factory made for one consumer', async () => {
    const app = await startInMemory({
      providers: [{ provide: Jobs, scope: Scope.TRANSIENT, useFactory: () => new Jobs() }],
    });
    await expectRefusal((await app.resolve(Jobs)).run());
  });

  it('on a value of an application without MarathonModule', async () => {
    const app = await start({ providers: [{ provide: Jobs, useValue: new Jobs() }] });
    await expectRefusal(app.get(Jobs).run());
  });

  it('on a value whose methods need another module than there is', async () => {
    class BillingJobs {
      @SingleRunner('job', { module: 'billing' })
      async run(): Promise<void> {
        runs += 1;
      }
    }
    const provider = { provide: BillingJobs, useValue: new BillingJobs() };
    const app = await startInMemory({ providers: [provider] });
    await expectRefusal(app.get(BillingJobs).run());
  });
});

describe('a mock in place of the lock service', () => {
  /** What auto-mocks answer: nothing, whatever is called. */
  const mock = new Proxy(
    {},
    { get: (_target, key) => (key === 'then' ? undefined : () => Promise.resolve(undefined)) },
  );

  it('is refused where a mocker made it', async () => {
    const module = await Test.createTestingModule({ providers: [ListedJobs] })
      .useMocker(() => mock)
      .compile();
    await expectRefusal(module.get(ListedJobs).run(), 'mock');
  });

  it.each<[string, Provider]>([
    ['a class among the providers', ListedJobs],
    ['a value', { provide: ListedJobs, useFactory: () => new ListedJobs() }],
  ])('is refused where it overrides the module’s, for %s', async (_what, provider) => {
    const module = await Test.createTestingModule({ imports: [inMemory()], providers: [provider] })
      .overrideProvider(getLockServiceToken())
      .useValue(mock)
      .compile();
    await module.init();
    await expectRefusal(module.get(ListedJobs).run(), 'mock');
    await module.close();
  });

  it('of which the prototype is LockService’s never lets a call pass', async () => {
    const stub = Object.create(LockService.prototype) as object;
    const module = await Test.createTestingModule({ providers: [ListedJobs] })
      .useMocker(() => stub)
      .compile();
    await expect(module.get(ListedJobs).run()).rejects.toThrow(Error);
    expect(runs).toBe(0);
  });
});

it('in a unit test, MarathonModule.forRoot({ enabled: false }) is enough', async () => {
  const module = await Test.createTestingModule({
    imports: [inMemory()],
    providers: [ListedJobs],
  })
    .setLogger({ log() {}, warn() {}, error() {} })
    .compile();
  await module.get(ListedJobs).run();
  expect(runs).toBe(1);
  await module.close();
});
