import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, Scope } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { SingleRunner } from 'nestjs-marathon';
import { NOTHING_FOUND, startUp } from './support/start-up.js';

const RARELY = '7 7 3 * * *';
const shared = { shared: true, oncePerTick: false };

describe('a class that is provided twice', () => {
  it('is warned of, with the modules, and starts', async () => {
    @Injectable()
    class Jobs {
      @Cron(RARELY)
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    @Module({ providers: [Jobs], exports: [Jobs] })
    class Stock {}
    @Module({ providers: [Jobs] })
    class Sales {}
    @Module({ imports: [Stock], providers: [{ provide: 'jobs', useExisting: Jobs }] })
    class Users {}
    const { errors, warnings } = await startUp({ imports: [Stock, Sales, Users] });
    expect(errors).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^- Jobs: has 2 instances \(in Stock, Sales\).* exports it/),
    ]);
  });

  it('is in order once one module exports it, and with a second token', async () => {
    @Injectable()
    class Jobs {
      @Cron(RARELY)
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    @Module({ providers: [Jobs], exports: [Jobs] })
    class Stock {}
    @Module({ imports: [Stock], providers: [{ provide: 'jobs', useExisting: Jobs }] })
    class Sales {}
    expect(await startUp({ imports: [Stock, Sales] })).toEqual(NOTHING_FOUND);
  });

  it('is in order where a second token is a factory that answers with the first one', async () => {
    @Injectable()
    class Jobs {
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    const again = { provide: 'jobs', inject: [Jobs], useFactory: (jobs: Jobs) => jobs };
    expect(await startUp({ providers: [Jobs, again] })).toEqual(NOTHING_FOUND);
  });

  it('is in order where the name is shared, or a function', async () => {
    @Injectable()
    class Jobs {
      @SingleRunner('job', shared)
      async run(): Promise<void> {}

      @SingleRunner((id: string) => `job:${id}`)
      async runOne(_id: string): Promise<void> {}
    }
    const providers = [Jobs, { provide: 'again', useClass: Jobs }];
    expect(await startUp({ providers })).toEqual(NOTHING_FOUND);
  });

  it.each([Scope.REQUEST, Scope.TRANSIENT])(
    'is in order with the scope %s, which has many instances anyway',
    async (scope) => {
      @Injectable({ scope })
      class Jobs {
        @SingleRunner('job')
        async run(): Promise<void> {}
      }
      const providers = [Jobs, { provide: 'again', useClass: Jobs }];
      expect(await startUp({ providers })).toEqual(NOTHING_FOUND);
    },
  );
});
