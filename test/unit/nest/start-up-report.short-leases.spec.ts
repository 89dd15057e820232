import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { SingleRunner, type LockOptions } from 'nestjs-marathon';
import { inMemory } from './support/applications.js';
import { NOTHING_FOUND, startUp, startUpOf, type StartUp } from './support/start-up.js';

const RARELY = '7 7 3 * * *';

describe('a cron with renew: false', () => {
  async function startCron(
    cronTime: string | Date,
    options: LockOptions,
    defaultTtl?: string,
  ): Promise<StartUp> {
    @Injectable()
    class Jobs {
      @Cron(cronTime)
      @SingleRunner('job', options)
      async run(): Promise<void> {}
    }
    return startUp({ providers: [Jobs] }, { defaultTtl });
  }

  it('is warned of where its ttl is below its period', async () => {
    const { errors, warnings } = await startCron('0 */5 * * * *', { renew: false, ttl: '4m' });
    expect(errors).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^- Jobs\.run: .*240000 ms.*300000 ms.*overlaps.*Leave renew out/),
    ]);
  });

  it('is warned of where the module’s defaultTtl is below its period', async () => {
    const { warnings } = await startCron('0 */5 * * * *', { renew: false }, '2m');
    expect(warnings).toEqual([expect.stringContaining('120000 ms')]);
  });

  it.each([
    ['its ttl is the period', '0 */5 * * * *', { renew: false, ttl: '5m' }],
    ['its ttl is longer', '0 */5 * * * *', { renew: false, ttl: '1h' }],
    ['it is renewed', '0 */5 * * * *', { ttl: '1s' }],
    ['it says that it is renewed', '0 */5 * * * *', { renew: true, ttl: '1s' }],
    ['its shortest gap is below', '0 0,1,30 3 * * *', { renew: false, ttl: '1m' }],
    ['it fires once', new Date(Date.now() + 1_000_000), { renew: false, ttl: '1s' }],
  ])('is in order where %s', async (_what, cronTime, options) => {
    expect(await startCron(cronTime, options)).toEqual(NOTHING_FOUND);
  });

  it('is looked at with the options that the instance tells', async () => {
    @Injectable()
    class Jobs {
      readonly settings = { renew: false, ttl: '10s' };

      @Cron('0 * * * * *')
      @SingleRunner('job', {
        renew: (jobs: Jobs) => jobs.settings.renew,
        ttl: (jobs: Jobs) => jobs.settings.ttl,
      })
      async run(): Promise<void> {}
    }
    const { warnings } = await startUp({ providers: [Jobs] });
    expect(warnings).toEqual([expect.stringContaining('10000 ms')]);
  });

  it('is in order without a ScheduleModule, as in a process without crons', async () => {
    @Injectable()
    class Jobs {
      @Cron(RARELY)
      @SingleRunner('job', { renew: false, ttl: '1s' })
      async run(): Promise<void> {}
    }
    expect(await startUpOf({ imports: [inMemory()], providers: [Jobs] })).toEqual(NOTHING_FOUND);
  });
});
