import { describe, expect, it } from '@jest/globals';
import { growthOf } from './growth.js';

const MB = 2 ** 20;
const BOUND = { perMinute: MB, shareOfLevelPerMinute: 0.02 };

/** A sample each 10 s for 10 minutes. */
function series(valueAt: (minute: number, index: number) => number) {
  const at = Array.from({ length: 61 }, (_, index) => index * 10_000);
  return { at, values: at.map((ms, index) => valueAt(ms / 60_000, index)) };
}

/** Up and down by 3 MB, with no trend, in an order that looks like chance. */
const noise = (index: number): number => (((index * 37) % 61) / 30 - 1) * 3 * MB;

describe('growthOf()', () => {
  it('finds a leak of 4 MB a minute in the noise of the collector', () => {
    const leaking = series((minute, index) => 60 * MB + 4 * MB * minute + noise(index));
    const growth = growthOf(leaking, BOUND);
    expect(growth.tooMuch).toBe(true);
    expect(growth.perMinute / MB).toBeCloseTo(4, 0);
  });

  it('finds a series flat that goes up and down', () => {
    const growth = growthOf(
      series((_minute, index) => 60 * MB + noise(index)),
      BOUND,
    );
    expect(growth.tooMuch).toBe(false);
    expect(Math.abs(growth.perMinute)).toBeLessThan(MB / 2);
  });

  it('does not mind what a process takes while it warms up', () => {
    const warming = series((minute) => 60 * MB + Math.min(minute, 5) * 20 * MB);
    const flat = { level: 160 * MB, perMinute: 0, errorPerMinute: 0, tooMuch: false };
    expect(growthOf(warming, BOUND)).toEqual(flat);
  });

  it('fits the line that it is given', () => {
    const growth = growthOf(
      series((minute) => 100 + 7 * minute),
      BOUND,
    );
    expect(growth.perMinute).toBeCloseTo(7, 9);
    expect(growth.level).toBeCloseTo(100 + 7 * 7.5, 9);
  });

  it('lets a large level grow by little, and a small one by a share', () => {
    const little = series((minute) => 400 * MB + 2 * MB * minute);
    const share = series((minute) => 100 + 50 * minute);
    expect(growthOf(little, BOUND).tooMuch).toBe(false);
    expect(growthOf(share, BOUND).tooMuch).toBe(false);
  });

  it('does not take a line that noise has tilted for a leak', () => {
    const wild = series((minute, index) => 60 * MB + 1.5 * MB * minute + 5 * noise(index));
    const growth = growthOf(wild, BOUND);
    expect(growth.errorPerMinute).toBeGreaterThan(MB / 2);
    expect(growth.tooMuch).toBe(false);
  });

  it('judges nothing by too few samples', () => {
    expect(() => growthOf({ at: [0, 1, 2], values: [1, 2, 3] }, BOUND)).toThrow('too few');
  });
});
