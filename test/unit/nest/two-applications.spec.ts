import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  currentLease,
  MarathonError,
  MarathonModule,
  RunSkippedError,
  SingleRunner,
  UnmanagedInstanceError,
} from 'nestjs-marathon';
import { sqlite } from './support/sqlite.js';
import { start, startInMemory } from './support/applications.js';
import { Gate } from './support/gate.js';

@Injectable()
class Jobs {
  @SingleRunner('job', { onSkip: 'throw' })
  async run<T>(body: () => Promise<T>): Promise<T> {
    return body();
  }
}

describe('two applications of the same classes in one process', () => {
  it('do not hinder each other where each has its own store', async () => {
    const one = (await startInMemory({ providers: [Jobs] })).get(Jobs);
    const other = (await startInMemory({ providers: [Jobs] })).get(Jobs);
    const name = await one.run(() => other.run(async () => currentLease()?.name));
    expect(name).toBe('job');
  });

  it('exclude each other over one database, even from inside each other’s run', async () => {
    const { options } = await sqlite();
    const [one, other] = await Promise.all(
      ['api-1', 'api-2'].map(async (instance) => {
        const imports = [TypeOrmModule.forRoot(options), MarathonModule.forRoot({ instance })];
        return (await start({ imports, providers: [Jobs] })).get(Jobs);
      }),
    );
    const skip: unknown = await one!.run(() =>
      other!.run(async () => 'must not run').catch((error: unknown) => error),
    );
    expect(skip).toBeInstanceOf(RunSkippedError);
    expect(skip).toMatchObject({ reason: 'held', holder: { instance: 'api-1' } });
    expect(await other!.run(async () => 'runs')).toBe('runs');
  });

  it('can come one after the other', async () => {
    for (const turn of [1, 2, 3]) {
      const app = await startInMemory({ providers: [Jobs] });
      expect(await app.get(Jobs).run(async () => turn)).toBe(turn);
      await app.close();
    }
  });

  it('end by themselves: closing one leaves the other at work', async () => {
    const one = await startInMemory({ providers: [Jobs] });
    const other = await startInMemory({ providers: [Jobs] });
    const [started, finish] = [new Gate(), new Gate()];
    const running = other.get(Jobs).run(async () => {
      started.open();
      await finish.opened;
      return currentLease()?.signal.aborted;
    });
    await started.opened;
    await one.close();
    finish.open();
    expect(await running).toBe(false);
    await expect(one.get(Jobs).run(async () => 1)).rejects.toMatchObject({ reason: 'closing' });
    expect(await other.get(Jobs).run(async () => 2)).toBe(2);
  });
});

describe('one value in two applications', () => {
  it('is refused in both while both run, since either lock service could be meant', async () => {
    const provider = { provide: Jobs, useValue: new Jobs() };
    const one = await startInMemory({ providers: [provider] });
    const other = await startInMemory({ providers: [provider] });
    let runs = 0;
    for (const app of [one, other]) {
      const call = app.get(Jobs).run(async () => (runs += 1));
      await expect(call).rejects.toThrow(UnmanagedInstanceError);
      await expect(call).rejects.toThrow('two applications share');
    }
    expect(runs).toBe(0);
  });

  it('works in the second once the first is closed, as in tests that share a fixture', async () => {
    const provider = { provide: Jobs, useValue: new Jobs() };
    const one = await startInMemory({ providers: [provider] });
    expect(await one.get(Jobs).run(async () => 'first')).toBe('first');
    await one.close();
    const other = await startInMemory({ providers: [provider] });
    expect(await other.get(Jobs).run(async () => 'second')).toBe('second');
  });

  it('is refused in the closed one, and not left unguarded', async () => {
    const provider = { provide: Jobs, useValue: new Jobs() };
    const one = await startInMemory({ providers: [provider] });
    await one.close();
    let runs = 0;
    await expect(one.get(Jobs).run(async () => (runs += 1))).rejects.toThrow(MarathonError);
    expect(runs).toBe(0);
  });
});
