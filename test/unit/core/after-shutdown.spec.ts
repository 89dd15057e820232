import { describe, expect, it } from '@jest/globals';
import { gate, requestFor, world } from './harness.js';

/** A body that does not stop, and its shutdown, which has ended without it. */
async function leftBehind(ttlMs: number) {
  const { clock, singleRun, told } = world();
  const end = gate();
  const run = singleRun.run(requestFor('n', ttlMs), () => end.passed);
  await clock.settled();
  await clock.advanceUntil(singleRun.close(100));
  return { clock, told, run, end };
}

describe('a body that goes on after the shutdown', () => {
  it.each([700, 2000])(
    'is told that it was lost if it ends %d ms after the shutdown',
    async (afterMs) => {
      const { clock, told, run, end } = await leftBehind(1000);
      await clock.advance(afterMs);
      end.open();
      expect(await run).toMatchObject({ outcome: 'completed', lost: true });
      expect(told.at(-2)).toMatchObject({ event: 'onLost', cause: 'deadline' });
      expect(told.at(-1)).toMatchObject({ event: 'onFinished', outcome: 'aborted', lost: true });
    },
  );

  it('is not told so if it ends before', async () => {
    const { told, run, end } = await leftBehind(1000);
    end.open();
    expect(await run).toMatchObject({ outcome: 'completed', lost: false });
    expect(told.at(-1)).toMatchObject({ event: 'onFinished', lost: false });
  });
});
