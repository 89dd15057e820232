import { describe, expect, it } from '@jest/globals';
import { reportOf } from '../report-of.js';
import type { Day } from './day.js';

const HOURS = 24;
/** Of a machine that does much else; it is half a minute of one core. */
const PATIENCE_MS = 15 * 60_000;
/** Calls that may be under way: their timers, listeners and leases. */
const NOISE = 12;

function dayOf(hours: number, ...options: string[]): Promise<Day> {
  return reportOf('endurance/day.ts', ['--hours', String(hours), ...options]);
}

describe('an instance at work', () => {
  it(
    `is no larger after ${HOURS} hours than after one`,
    async () => {
      const { sizes, left, told, violations } = await dayOf(HOURS);
      expect(sizes).toHaveLength(HOURS);
      const [first, ...later] = sizes;
      for (const size of later) {
        expect(Math.max(size.timers, size.listeners, size.leases)).toBeLessThanOrEqual(NOISE);
        expect(size.entries).toBeLessThanOrEqual(NOISE);
        expect(size.maps - first!.maps).toBeLessThanOrEqual(NOISE);
        expect(size.promises - first!.promises).toBeLessThanOrEqual(NOISE * 10);
      }
      // All of it was done, and all of it failed at times.
      expect(told['onStarted']).toBeGreaterThan(HOURS * 720);
      expect(told['onRenewed']).toBeGreaterThan(HOURS * 60 * 3);
      for (const event of ['onLost', 'onOverran', 'onSkipped', 'onRejected', 'onStoreError']) {
        expect({ [event]: told[event] ?? 0 }).not.toEqual({ [event]: 0 });
      }
      expect(left).toMatchObject({ timers: 0, listeners: 0, leases: 0 });
      expect(violations).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'is seen to grow if one map does',
    async () => {
      const { sizes } = await dayOf(2, '--remembering');
      expect(sizes[1]!.entries - sizes[0]!.entries).toBeGreaterThan(1000);
    },
    PATIENCE_MS,
  );
});
