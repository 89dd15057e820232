import { describe, expect, it } from '@jest/globals';
import { Injectable, Scope, type INestApplication } from '@nestjs/common';
import {
  currentLease,
  InvalidOptionError,
  LockService,
  MaxRuntimeError,
  RunSkippedError,
  SingleRunner,
} from 'nestjs-marathon';
import { startInMemory } from './support/applications.js';
import { Gate } from './support/gate.js';

/** As a configuration module provides it. */
@Injectable()
class Settings {
  ttl: string | undefined = '3m';
  wait: number | undefined;
}

@Injectable()
class Jobs {
  readonly #told = new Gate<unknown>();
  readonly end = new Gate();
  readonly reason = this.#told.opened;

  constructor(readonly settings: Settings) {}

  @SingleRunner('configured', { ttl: (jobs: Jobs) => jobs.settings.ttl })
  async ttlMs(): Promise<number | undefined> {
    const { acquiredAt, expiresAt } = currentLease()!;
    return expiresAt.getTime() - acquiredAt.getTime();
  }

  @SingleRunner('patient', { wait: ({ settings }: Jobs) => settings.wait, onSkip: 'throw' })
  async patient(): Promise<string> {
    return 'ran';
  }

  @SingleRunner('limited', { maxRuntime: '20ms' })
  async limited(): Promise<void> {
    const { signal } = currentLease()!;
    signal.addEventListener('abort', () => this.#told.open(signal.reason));
    await this.end.opened;
  }

  @SingleRunner('account', { shared: true, oncePerTick: false })
  async debit(): Promise<string | undefined> {
    await this.end.opened;
    return 'debited';
  }

  @SingleRunner('account', { shared: true, oncePerTick: false })
  async credit(): Promise<string | undefined> {
    return 'credited';
  }
}

const start = (): Promise<INestApplication> => startInMemory({ providers: [Jobs, Settings] });

describe('an option that is a function of the instance', () => {
  it('takes its value from what was injected, at each call', async () => {
    const app = await start();
    const jobs = app.get(Jobs);
    expect(await jobs.ttlMs()).toBe(180_000);
    app.get(Settings).ttl = '2m';
    expect(await jobs.ttlMs()).toBe(120_000);
  });

  it('has its default where the function tells nothing', async () => {
    const app = await start();
    app.get(Settings).ttl = undefined;
    expect(await app.get(Jobs).ttlMs()).toBe(60_000);
  });

  it('is refused by a named error where it tells nonsense, and the body does not run', async () => {
    const app = await start();
    app.get(Settings).ttl = 'soon';
    await expect(app.get(Jobs).ttlMs()).rejects.toThrow(InvalidOptionError);
    expect(await app.get(LockService).inspect('configured')).toBeNull();
  });

  it('is asked of the instance of the request, where there is one for each', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      constructor(readonly settings: Settings) {}

      @SingleRunner('request', { ttl: (one: PerRequest) => one.settings.ttl })
      async ttlMs(): Promise<number | undefined> {
        const { acquiredAt, expiresAt } = currentLease()!;
        return expiresAt.getTime() - acquiredAt.getTime();
      }
    }
    const app = await startInMemory({ providers: [PerRequest, Settings] });
    expect(await (await app.resolve(PerRequest)).ttlMs()).toBe(180_000);
  });
});

describe('a guarded method', () => {
  it('that waits runs once the name is free', async () => {
    const app = await start();
    const lease = await app.get(LockService).acquire('patient');
    app.get(Settings).wait = 10_000;
    const call = app.get(Jobs).patient();
    await lease!.release();
    expect(await call).toBe('ran');
  });

  it('that waits is skipped when its time is over', async () => {
    const app = await start();
    await app.get(LockService).acquire('patient');
    app.get(Settings).wait = 30;
    await expect(app.get(Jobs).patient()).rejects.toThrow(RunSkippedError);
  });

  it('with maxRuntime is told to stop', async () => {
    const jobs = (await start()).get(Jobs);
    const call = jobs.limited();
    expect(await jobs.reason).toBeInstanceOf(MaxRuntimeError);
    jobs.end.open();
    await call;
  });

  it('shares its name with another one that says so', async () => {
    const jobs = (await start()).get(Jobs);
    const debit = jobs.debit();
    expect(await jobs.credit()).toBeUndefined();
    jobs.end.open();
    expect(await debit).toBe('debited');
    expect(await jobs.credit()).toBe('credited');
  });
});

describe('options are refused when the class is defined', () => {
  it.each([
    ['maxRuntime', 0, /maxRuntime is 0 ms.*from 1 ms/],
    ['maxRuntime', 'long', /maxRuntime 'long' cannot be read/],
    ['wait', -1, /wait is -1 ms.*from 0 ms/],
    ['wait', 1.5, /wait is 1.5 ms/],
    ['onStoreError', 'run', /onStoreError is "run": give 'throw' or 'skip'/],
    ['shared', 'yes', /shared is "yes" of type string: give true or false/],
  ])('%s: %p', (option, value, message) => {
    expect(() => SingleRunner('job', { [option]: value })).toThrow(InvalidOptionError);
    expect(() => SingleRunner('job', { [option]: value })).toThrow(message);
  });
});
