import { describe, expect, it } from '@jest/globals';
import {
  Inject,
  Injectable,
  mixin,
  Module,
  Scope,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { LazyModuleLoader, ModuleRef } from '@nestjs/core';
import { currentLease, requireLease, SingleRunner } from 'nestjs-marathon';
import { startInMemory } from './support/applications.js';
import { Gate } from './support/gate.js';

class Jobs {
  readonly started = new Gate();
  readonly finish = new Gate();

  @SingleRunner('jobs:lease')
  async lease(): Promise<string | undefined> {
    return currentLease()?.name;
  }

  @SingleRunner('jobs:run')
  async run(): Promise<string | undefined> {
    this.started.open();
    await this.finish.opened;
    return 'ran';
  }
}

@Injectable()
class ListedJobs extends Jobs {}

describe('inheritance', () => {
  it('guards a method of a base class in each class that inherits it', async () => {
    abstract class Sync {
      abstract readonly supplier: string;

      @SingleRunner('sync', { shared: true, oncePerTick: false })
      async sync(): Promise<string | undefined> {
        return `${this.supplier} under ${currentLease()?.name}`;
      }
    }
    @Injectable()
    class Acme extends Sync {
      readonly supplier = 'acme';
    }
    @Injectable()
    class Bolt extends Sync {
      readonly supplier = 'bolt';
    }
    const app = await startInMemory({ providers: [Acme, Bolt] });
    expect(await app.get(Acme).sync()).toBe('acme under sync');
    expect(await app.get(Bolt).sync()).toBe('bolt under sync');
  });

  it('guards methods of a class and of its base class side by side', async () => {
    @Injectable()
    class More extends Jobs {
      @Inject(ModuleRef) readonly moduleRef!: ModuleRef;

      @SingleRunner('more')
      async more(): Promise<string | undefined> {
        return currentLease()?.name;
      }
    }
    const more = (await startInMemory({ providers: [More] })).get(More);
    expect([await more.more(), await more.lease()]).toEqual(['more', 'jobs:lease']);
    expect(more.moduleRef).toBeInstanceOf(ModuleRef);
  });

  it('does not guard an overriding method without the decorator, but what it calls of its base', async () => {
    @Injectable()
    class Overriding extends Jobs {
      override async lease(): Promise<string | undefined> {
        return `${currentLease()?.name}, then ${await super.lease()}`;
      }
    }
    const jobs = (await startInMemory({ providers: [Overriding] })).get(Overriding);
    expect(await jobs.lease()).toBe('undefined, then jobs:lease');
  });

  it('lets an overriding method of the same name call its base under one lease', async () => {
    class Base {
      @SingleRunner('same', { onSkip: 'throw' })
      async fences(): Promise<number[]> {
        return [requireLease().fence];
      }
    }
    @Injectable()
    class Overriding extends Base {
      @SingleRunner('same', { onSkip: 'throw' })
      override async fences(): Promise<number[]> {
        return [requireLease().fence, ...(await super.fences())];
      }
    }
    const [outer, inner, ...rest] = await (
      await startInMemory({ providers: [Overriding] })
    )
      .get(Overriding)
      .fences();
    expect(inner).toBe(outer);
    expect(rest).toEqual([]);
  });

  it('guards the methods that a mixin adds', async () => {
    const Guards = (name: string): Type<{ guarded(): Promise<string | undefined> }> => {
      class Guarding {
        @SingleRunner(name)
        async guarded(): Promise<string | undefined> {
          return currentLease()?.name;
        }
      }
      return mixin(Guarding);
    };
    @Injectable()
    class One extends Guards('one') {}
    @Injectable()
    class Two extends Guards('two') {}
    const app = await startInMemory({ providers: [One, Two] });
    expect([await app.get(One).guarded(), await app.get(Two).guarded()]).toEqual(['one', 'two']);
  });

  it('guards methods whose key is a symbol', async () => {
    const key = Symbol('key');
    @Injectable()
    class Keyed {
      @SingleRunner('keyed')
      async [key](): Promise<string | undefined> {
        return currentLease()?.name;
      }
    }
    expect(await (await startInMemory({ providers: [Keyed] })).get(Keyed)[key]()).toBe('keyed');
  });
});

describe.each([
  ['REQUEST', Scope.REQUEST],
  ['TRANSIENT', Scope.TRANSIENT],
])('instances of scope %s', (_scope, scope) => {
  @Injectable({ scope })
  class ScopedJobs extends Jobs {}

  it('are guarded, and all of them share the lock', async () => {
    const app = await startInMemory({ providers: [ScopedJobs] });
    const [one, other] = [await app.resolve(ScopedJobs), await app.resolve(ScopedJobs)];
    expect(one).not.toBe(other);
    const first = one.run();
    await one.started.opened;
    expect(await other.run()).toBeUndefined();
    one.finish.open();
    expect(await first).toBe('ran');
  });

  it('are guarded where they are injected', async () => {
    @Injectable({ scope })
    class Consumer {
      constructor(@Inject(ScopedJobs) readonly jobs: ScopedJobs) {}
    }
    const app = await startInMemory({ providers: [ScopedJobs, Consumer] });
    expect(await (await app.resolve(Consumer)).jobs.lease()).toBe('jobs:lease');
  });
});

it('an instance of scope TRANSIENT is guarded in a consumer that is made once', async () => {
  @Injectable({ scope: Scope.TRANSIENT })
  class TransientJobs extends Jobs {}
  @Injectable()
  class Consumer {
    constructor(@Inject(TransientJobs) readonly jobs: TransientJobs) {}
  }
  const app = await startInMemory({ providers: [TransientJobs, Consumer] });
  expect(await app.get(Consumer).jobs.lease()).toBe('jobs:lease');
});

describe('instances that Nest did not make', () => {
  const TOKEN = Symbol('jobs');

  it.each([
    ['a value', { provide: TOKEN, useValue: new Jobs() }],
    ['what a factory made', { provide: TOKEN, useFactory: () => new Jobs() }],
    ['what a factory made later', { provide: TOKEN, useFactory: async () => new Jobs() }],
    ['a value of a class that inherits', { provide: TOKEN, useValue: new ListedJobs() }],
  ])('are guarded from the start on: %s', async (_what, provider) => {
    const app = await startInMemory({ providers: [provider] });
    expect(await app.get<Jobs>(TOKEN).lease()).toBe('jobs:lease');
  });

  it('are guarded under a second token', async () => {
    const alias = { provide: 'alias', useExisting: TOKEN };
    const jobs = { provide: TOKEN, useFactory: () => new Jobs() };
    const app = await startInMemory({ providers: [alias, jobs] });
    expect(await app.get<Jobs>('alias').lease()).toBe('jobs:lease');
    expect(await app.get<Jobs>(TOKEN).lease()).toBe('jobs:lease');
  });

  it('leave values of any other kind as they are, auto-mocks included', async () => {
    const mock = new Proxy({}, { get: (_, key) => (key === 'then' ? undefined : () => undefined) });
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    const values = { bare, mock, frozen: Object.freeze({ a: 1 }), none: null, text: 'text' };
    const providers = Object.entries(values).map(([provide, useValue]) => ({ provide, useValue }));
    const app = await startInMemory({ providers });
    for (const [token, value] of Object.entries(values)) expect(app.get(token)).toBe(value);
    expect(Reflect.ownKeys(bare)).toEqual(['a']);
  });
});

describe('while the application starts', () => {
  it('a method of a class among the providers can be called from onModuleInit on', async () => {
    @Injectable()
    class Eager extends Jobs implements OnModuleInit {
      early: string | undefined;

      async onModuleInit(): Promise<void> {
        this.early = await this.lease();
      }
    }
    expect((await startInMemory({ providers: [Eager] })).get(Eager).early).toBe('jobs:lease');
  });

  it('a method of what a factory made can be called from onApplicationBootstrap on', async () => {
    let early: string | undefined;
    class Eager extends Jobs {
      async onApplicationBootstrap(): Promise<void> {
        early = await this.lease();
      }
    }
    await startInMemory({ providers: [{ provide: Eager, useFactory: () => new Eager() }] });
    expect(early).toBe('jobs:lease');
  });
});

it('a class of a module that is loaded lazily is guarded', async () => {
  @Module({ providers: [ListedJobs], exports: [ListedJobs] })
  class LazyModule {}
  const app = await startInMemory({});
  const lazy = await app.get(LazyModuleLoader).load(() => LazyModule);
  expect(await lazy.get(ListedJobs).lease()).toBe('jobs:lease');
});

it('an instance that ModuleRef.create() made is guarded', async () => {
  const app = await startInMemory({});
  const jobs = await app.get(ModuleRef).create(ListedJobs);
  expect(await jobs.lease()).toBe('jobs:lease');
});
