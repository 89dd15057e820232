import { AssertionError } from 'node:assert';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from 'nestjs-marathon';
import { assertUnderLock, TestFleet } from 'nestjs-marathon/testing';

let fleet: TestFleet;
beforeEach(() => void (fleet = new TestFleet()));

const nothing = (): void => {};

/** The message of the assertion that fails. */
function complaintOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    expect(error).toBeInstanceOf(AssertionError);
    return (error as AssertionError).message;
  }
  throw new Error('the assertion holds');
}

describe('fleet.assertRan()', () => {
  it('holds for a body that ran, as often and where it ran', async () => {
    await fleet.locks('api-1').run('report', nothing);
    await fleet.locks('api-2').run('report', nothing);
    await fleet.locks('api-2').run('stock', nothing);
    fleet.assertRan('report');
    fleet.assertRan('report', { times: 2 });
    fleet.assertRan('report', { times: 1, instance: 'api-1' });
    fleet.assertRan('stock', { times: 0, instance: 'api-1' });
    fleet.assertRan('prices', { times: 0 });
  });

  it('fails for any other number, and any other instance', async () => {
    await fleet.locks('api-1').run('report', nothing);
    for (const options of [{ times: 0 }, { times: 2 }, { instance: 'api-2' }, { lost: true }]) {
      expect(() => fleet.assertRan('report', options)).toThrow(AssertionError);
    }
    expect(() => fleet.assertRan('stock')).toThrow(AssertionError);
  });

  it('holds for a body that is in the middle of its run, and for one that failed', async () => {
    void fleet.locks('api-1').run('report', () => fleet.clock.pause('1m'));
    const failed = fleet.locks('api-1').run('stock', () => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
    fleet.assertRan('report', { times: 1 });
    fleet.assertRan('stock', { times: 1 });
  });

  it('tells a run that lost its lease from one under its lock', async () => {
    void fleet.locks('api-1').run('report', () => fleet.clock.pause('1h'));
    await fleet.clock.settled();
    await fleet.steal('report');
    await fleet.clock.advance('1m');
    fleet.assertRan('report', { times: 1, lost: true });
    fleet.assertRan('report', { times: 0 });
  });

  it('does not take a lease for a run', async () => {
    await fleet.hold('report');
    fleet.assertRan('report', { times: 0 });
  });

  it('lists what happened, in its order and with its time', async () => {
    await using other = await fleet.hold('report', { ttl: '1m' });
    await fleet.locks('api-1').run('report', nothing);
    await fleet.clock.advance('2s');
    await other.release();
    const failed = fleet.locks('api-1').run('report', async () => {
      await fleet.clock.pause('1s');
      throw new Error('the printer is on fire');
    });
    failed.catch(nothing);
    await fleet.clock.advance('1s');

    const [first, second] = [other.fence, other.fence + 2000];
    expect(complaintOf(() => fleet.assertRan('report', { times: 2, instance: 'api-1' }))).toBe(
      `"report" was to run 2 times on "api-1" under its lock, but did so once. What happened to it:
  +0 ms  api-1  skipped: held, by somebody-else (fence ${first})
  +2000 ms  api-1  started (fence ${second})
  +3000 ms  api-1  failed after 1000 ms (fence ${second}): Error: the printer is on fire`,
    );
  });

  it('lists the other names, where nothing happened to this one', async () => {
    expect(complaintOf(() => fleet.assertRan('reprot'))).toBe(
      '"reprot" was to run at least once under its lock, but did so 0 times. Nothing happened to ' +
        'any lock of this fleet.',
    );
    await fleet.locks('api-1').run('report', nothing);
    expect(complaintOf(() => fleet.assertRan('reprot'))).toContain(
      'Nothing happened to it, but to these:\n  "report"',
    );
  });

  it('is an error of the assertion library, with what was and what should have been', () => {
    const assertion = (): void => fleet.assertRan('report', { times: 3 });
    expect(assertion).toThrow(AssertionError);
    expect(assertion).toThrow(expect.objectContaining({ actual: 0, expected: 3 }));
  });

  it.each([-1, 1.5, Number.NaN, '1'])('refuses %p times', (times) => {
    expect(() => fleet.assertRan('report', { times: times as number })).toThrow(InvalidOptionError);
  });
});

describe('assertUnderLock()', () => {
  it('holds inside a run of that name, also inside another run in it', async () => {
    const locks = fleet.locks('api-1');
    const result = await locks.run('report', async () => {
      assertUnderLock('report');
      await fleet.clock.settled();
      await locks.run('stock', () => {
        assertUnderLock('report');
        assertUnderLock('stock');
      });
      return 'held throughout';
    });
    expect(result).toMatchObject({ value: 'held throughout' });
  });

  it('fails outside of a run, and says how to get into one', () => {
    expect(complaintOf(() => assertUnderLock('report'))).toMatch(
      /under the lock "report", but runs under none\. .*LockService\.run\(\)/,
    );
  });

  it('fails under another lock, and says which', async () => {
    await fleet.locks('api-1').run('stock', () => {
      expect(complaintOf(() => assertUnderLock('report'))).toContain('but runs under "stock"');
    });
    fleet.assertRan('stock', { times: 1 });
  });

  it('fails in what goes on after the run that started it', async () => {
    let late!: Promise<string>;
    await fleet.locks('api-1').run('report', () => {
      late = fleet.clock.pause('1s').then(() => complaintOf(() => assertUnderLock('report')));
    });
    await fleet.clock.advance('1s');
    expect(await late).toContain('but runs under none');
  });

  it('fails once the lease is lost, and says why', async () => {
    const running = fleet.locks('api-1').run('report', '30s', async () => {
      assertUnderLock('report');
      await fleet.clock.pause('11s'); // the renewal is due after ten
      return complaintOf(() => assertUnderLock('report'));
    });
    await fleet.clock.settled();
    await fleet.steal('report');
    expect(await fleet.clock.advanceUntil(running)).toMatchObject({
      value: expect.stringContaining('which is lost. The lease on "report" (fence '),
    });
  });
});
