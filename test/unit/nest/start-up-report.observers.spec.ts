import { describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Scope } from '@nestjs/common';
import { MarathonObserver, type RunObserver } from 'nestjs-marathon';
import { NOTHING_FOUND, startUp } from './support/start-up.js';

describe('an observer', () => {
  it('is warned of where it is made for each request, or injects what is', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class OfRequest {}
    @MarathonObserver()
    class Watching implements RunObserver {
      constructor(@Inject(OfRequest) readonly ofRequest: OfRequest) {}

      onStarted(): void {}
    }
    const { errors, warnings } = await startUp({ providers: [OfRequest, Watching] });
    expect(errors).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^- Watching: is a @MarathonObserver.*never told.*default scope/),
    ]);
  });

  it('is in order where it is made once', async () => {
    @MarathonObserver()
    class Watching implements RunObserver {
      onStarted(): void {}
    }
    const providers = [Watching, { provide: 'again', useExisting: Watching }];
    expect(await startUp({ providers })).toEqual(NOTHING_FOUND);
  });

  it('is warned of where it is TRANSIENT', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    @MarathonObserver()
    class Watching implements RunObserver {
      onStarted(): void {}
    }
    const { warnings } = await startUp({ providers: [Watching] });
    expect(warnings).toEqual([expect.stringContaining('- Watching: is a @MarathonObserver')]);
  });
});
