import { expect, it } from '@jest/globals';
import { describeWithFaketime, faketime } from '../../support/faketime.js';
import { startWorker } from '../../support/worker.js';

const CLOCK = new URL('./workers/clock.ts', import.meta.url);
const HOUR_MS = 3_600_000;

describeWithFaketime('faketime', () => {
  it.each([
    [3600, HOUR_MS],
    [-3600, -HOUR_MS],
    ['+2h', 2 * HOUR_MS],
  ])('shifts the wall clock by %s, and no timer', async (shift, expectedMs) => {
    const beforeAt = Date.now();
    const clock = startWorker(CLOCK, { env: faketime(shift) });
    const { now, timerMs } = await clock.messages.next('time');
    const passedMs = Date.now() - beforeAt;
    expect(Number(now) - beforeAt).toBeGreaterThanOrEqual(expectedMs);
    expect(Number(now) - beforeAt).toBeLessThanOrEqual(expectedMs + passedMs);
    expect(timerMs).toBeGreaterThanOrEqual(49);
    expect(timerMs).toBeLessThan(passedMs);
  });
});
