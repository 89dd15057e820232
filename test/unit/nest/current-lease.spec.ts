import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  currentLease,
  LeaseLostError,
  LockService,
  MarathonModule,
  NoLeaseError,
  requireLease,
  SingleRunner,
} from 'nestjs-marathon';
import { recording, sqlite } from './support/sqlite.js';
import { start, startInMemory } from './support/applications.js';
import { Gate } from './support/gate.js';

@Injectable()
class Jobs {
  runs: string[] = [];

  @SingleRunner('outer', { onSkip: 'throw', shared: true, oncePerTick: false })
  async outer<T>(body: () => Promise<T>): Promise<T> {
    this.runs.push('outer');
    return body();
  }

  @SingleRunner('inner', { onSkip: 'throw' })
  async inner<T>(body: () => Promise<T>): Promise<T> {
    this.runs.push('inner');
    return body();
  }

  @SingleRunner('outer', { onSkip: 'throw', ttl: '5m', shared: true, oncePerTick: false })
  async sameName<T>(body: () => Promise<T>): Promise<T> {
    this.runs.push('same name');
    return body();
  }
}

async function startJobs(): Promise<Jobs> {
  return (await startInMemory({ providers: [Jobs] })).get(Jobs);
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('currentLease()', () => {
  it('is undefined outside of a run', () => {
    expect(currentLease()).toBeUndefined();
  });

  it('is the lease of the surrounding run, through whatever is awaited', async () => {
    const jobs = await startJobs();
    const deep = async (): Promise<string | undefined> => {
      await nextTurn();
      return currentLease()?.name;
    };
    expect(await jobs.outer(deep)).toBe('outer');
    expect(currentLease()).toBeUndefined();
  });

  it('is the inner one in a run inside a run, and the outer one after it', async () => {
    const jobs = await startJobs();
    const names = await jobs.outer(async () => [
      currentLease()?.name,
      await jobs.inner(async () => currentLease()?.name),
      currentLease()?.name,
    ]);
    expect(names).toEqual(['outer', 'inner', 'outer']);
  });

  it('is each run’s own where runs go on side by side', async () => {
    const jobs = await startJobs();
    const both = new Gate();
    const [outer, inner] = [
      jobs.outer(async () => {
        await both.opened;
        return currentLease()?.name;
      }),
      jobs.inner(async () => {
        both.open();
        return currentLease()?.name;
      }),
    ];
    expect(await Promise.all([outer, inner])).toEqual(['outer', 'inner']);
  });

  it('is the lease that LockService.run() hands to its task', async () => {
    const locks = (await startInMemory({})).get(LockService);
    const result = await locks.run('task', (lease) => lease === currentLease());
    expect(result).toMatchObject({ outcome: 'completed', value: true });
  });
});

describe('requireLease()', () => {
  it('is the lease of the surrounding run', async () => {
    const jobs = await startJobs();
    expect(await jobs.outer(async () => requireLease() === currentLease())).toBe(true);
  });

  it('throws outside of a run', () => {
    expect(() => requireLease()).toThrow(NoLeaseError);
    expect(() => requireLease()).toThrow('@SingleRunner');
  });

  it('throws in what a run left behind, once it has ended', async () => {
    const jobs = await startJobs();
    const ended = new Gate();
    let leftBehind: Promise<unknown> | undefined;
    await jobs.outer(async () => {
      leftBehind = ended.opened.then(() => requireLease());
    });
    ended.open();
    await expect(leftBehind).rejects.toThrow(NoLeaseError);
  });
});

describe('a call of the same name inside its run', () => {
  it('joins the lease, by whatever method or service it is made', async () => {
    const app = await startInMemory({ providers: [Jobs] });
    const [jobs, locks] = [app.get(Jobs), app.get(LockService)];
    const leases = await jobs.outer(async () => [
      requireLease(),
      await jobs.sameName(async () => requireLease()),
      await jobs.inner(() => jobs.sameName(async () => requireLease())),
      await locks.run('outer', (lease) => lease).then((run) => 'value' in run && run.value),
    ]);
    expect(leases.map((lease) => lease === leases[0])).toEqual([true, true, true, true]);
  });

  it('joins the nearest one: inside the inner run, currentLease() is the joined lease', async () => {
    const jobs = await startJobs();
    const name = await jobs.outer(() =>
      jobs.inner(() => jobs.sameName(async () => currentLease()?.name)),
    );
    expect(name).toBe('outer');
  });

  it('sends no statement', async () => {
    const { options, statements } = recording((await sqlite()).options);
    const imports = [TypeOrmModule.forRoot(options), MarathonModule.forRoot()];
    const jobs = (await start({ imports, providers: [Jobs] })).get(Jobs);
    const sent = await jobs.outer(async () => {
      const before = statements.length;
      await jobs.sameName(async () => {});
      await nextTurn();
      return statements.slice(before);
    });
    expect(sent).toEqual([]);
    const before = statements.length;
    await jobs.sameName(async () => {});
    expect(statements.length).toBeGreaterThan(before);
  });

  it('does not end the run that it joined', async () => {
    const app = await startInMemory({ providers: [Jobs] });
    const [jobs, locks] = [app.get(Jobs), app.get(LockService)];
    await jobs.outer(async () => {
      await jobs.sameName(async () => {});
      await expect(jobs.sameName(() => Promise.reject(new Error('own')))).rejects.toThrow('own');
      expect(requireLease().name).toBe('outer');
      expect(await locks.acquire('outer')).toBeNull();
    });
  });

  it('joins no more once the run has ended: what it left behind acquires anew', async () => {
    const jobs = await startJobs();
    const ended = new Gate();
    let leftBehind: Promise<number> | undefined;
    const first = await jobs.outer(async () => {
      leftBehind = ended.opened.then(() => jobs.sameName(async () => requireLease().fence));
      return requireLease().fence;
    });
    ended.open();
    expect(await leftBehind!).toBeGreaterThan(first);
  });

  it('ends with the run: what joined and outlives it has no lease', async () => {
    const jobs = await startJobs();
    const ended = new Gate();
    let joined: Promise<unknown> | undefined;
    await jobs.outer(async () => {
      joined = jobs.sameName(async () => {
        await ended.opened;
        return requireLease();
      });
    });
    ended.open();
    await expect(joined).rejects.toThrow(NoLeaseError);
  });

  it('throws where the lease is lost, and its body does not run', async () => {
    const database = await sqlite();
    const imports = [TypeOrmModule.forRoot(database.options), MarathonModule.forRoot()];
    const app = await start({ imports, providers: [Jobs] });
    const jobs = app.get(Jobs);
    const result = await app.get(LockService).run('outer', async (lease) => {
      await database.query('UPDATE marathon_lock SET owner = NULL, fence = fence + 1');
      await expect(lease.extend('2m')).rejects.toThrow(LeaseLostError);
      expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
      await expect(jobs.sameName(async () => {})).rejects.toThrow(LeaseLostError);
      expect(() => requireLease()).toThrow(LeaseLostError);
    });
    expect(jobs.runs).toEqual([]);
    expect(result).toMatchObject({ outcome: 'completed', lost: true });
  });
});

it('a call of the same name outside of the run does not join it', async () => {
  const jobs = await startJobs();
  const [started, finish] = [new Gate(), new Gate()];
  const running = jobs.outer(async () => {
    started.open();
    await finish.opened;
  });
  await started.opened;
  await expect(jobs.sameName(async () => {})).rejects.toMatchObject({ reason: 'held' });
  finish.open();
  await running;
});
