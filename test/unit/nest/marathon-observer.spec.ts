import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, Scope } from '@nestjs/common';
import {
  LockService,
  MarathonObserver,
  SingleRunner,
  type AttemptedEvent,
  type FinishedEvent,
  type LeaseEvent,
  type RunObserver,
} from 'nestjs-marathon';
import { startInMemory } from './support/applications.js';
import { Gate } from './support/gate.js';
import { MemoryLog } from './support/memory-log.js';

@Injectable()
class Jobs {
  @SingleRunner('job')
  async run(): Promise<string | undefined> {
    return 'ran';
  }
}

/** Keeps what it is told. */
class Recorder implements RunObserver {
  readonly told: [event: string, payload: object][] = [];

  onAttempted(event: AttemptedEvent): void {
    this.told.push(['attempted', event]);
  }

  onStarted(event: LeaseEvent): void {
    this.told.push(['started', event]);
  }

  onFinished(event: FinishedEvent): void {
    this.told.push(['finished', event]);
  }

  onReleased(event: LeaseEvent): void {
    this.told.push(['released', event]);
  }
}

@MarathonObserver()
class First extends Recorder {}

@MarathonObserver()
class Second extends Recorder {}

describe('observers', () => {
  it('are found among the providers of any module, and each is told of each run', async () => {
    @Module({ providers: [Second] })
    class Elsewhere {}
    const app = await startInMemory(
      { imports: [Elsewhere], providers: [Jobs, First] },
      { instance: 'api-1' },
    );
    await app.get(Jobs).run();
    const { told } = app.get(First);
    const fence: unknown = expect.any(Number);
    const run = { name: 'job', instance: 'api-1' };
    expect(told).toEqual([
      ['attempted', run],
      ['started', { ...run, fence }],
      [
        'finished',
        { ...run, fence, outcome: 'succeeded', lost: false, durationMs: expect.any(Number) },
      ],
      ['released', { ...run, fence }],
    ]);
    expect(app.get(Second).told).toEqual(told);
  });

  it('that throw, at once or later, harm neither the run nor the others, and are named in the log', async () => {
    @MarathonObserver()
    class Clumsy implements RunObserver {
      onStarted(): void {
        throw new Error('at once');
      }

      async onFinished(): Promise<void> {
        await Promise.reject(new Error('later'));
      }
    }
    const log = new MemoryLog();
    const app = await startInMemory({ providers: [Clumsy, Jobs, First] });
    app.useLogger(log);
    expect(await app.get(Jobs).run()).toBe('ran');
    expect(app.get(First).told).toHaveLength(4);
    expect(log.texts('error')).toEqual([
      'The observer Clumsy failed: Error: at once',
      'The observer Clumsy failed: Error: later',
    ]);
  });

  it('that hang hold up nothing', async () => {
    @MarathonObserver()
    class Hanging implements RunObserver {
      onAttempted = (): Promise<never> => new Promise(() => {});
      onStarted = (): Promise<never> => new Promise(() => {});
      onFinished = (): Promise<never> => new Promise(() => {});
      onReleased = (): Promise<never> => new Promise(() => {});
    }
    const app = await startInMemory({ providers: [Hanging, Jobs, First] });
    expect(await app.get(Jobs).run()).toBe('ran');
    expect(app.get(First).told).toHaveLength(4);
  });

  it('may use what is injected into them, as one that pings a URL when a job is done', async () => {
    const pinged = new Gate<string>();
    const server = createServer((request, response) => {
      pinged.open(request.url!);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;

    @Injectable()
    class Settings {
      readonly url = `http://127.0.0.1:${port}/ping`;
    }
    @MarathonObserver()
    class Heartbeat implements RunObserver {
      constructor(private readonly settings: Settings) {}

      async onFinished({ name, outcome }: FinishedEvent): Promise<void> {
        if (outcome === 'succeeded') await fetch(`${this.settings.url}/${name}`);
      }
    }
    const app = await startInMemory({ providers: [Heartbeat, Jobs, Settings] });
    await app.get(Jobs).run();
    expect(await pinged.opened).toBe('/ping/job');
    server.closeAllConnections();
    server.close();
  });

  it('hear of runs by LockService too, and of one that is skipped', async () => {
    @MarathonObserver()
    class Skips implements RunObserver {
      readonly reasons: string[] = [];

      onSkipped({ reason }: { readonly reason: string }): void {
        this.reasons.push(reason);
      }
    }
    const app = await startInMemory({ providers: [Skips] });
    const locks = app.get(LockService);
    const lease = await locks.acquire('report');
    await locks.run('report', () => {});
    await lease!.release();
    expect(app.get(Skips).reasons).toEqual(['held']);
  });

  it('are not told where no constructor ran, as of a TRANSIENT one', async () => {
    const told: object[] = [];
    @Injectable({ scope: Scope.TRANSIENT })
    @MarathonObserver()
    class Anew implements RunObserver {
      onStarted(): void {
        told.push(this);
      }
    }
    const app = await startInMemory({ providers: [Anew, Jobs] });
    await app.get(Jobs).run();
    expect(told).toEqual([]);
  });
});
