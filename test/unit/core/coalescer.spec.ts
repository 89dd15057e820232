import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../lib/core/clock.js';
import { Coalescer, Lane } from '../../../lib/core/coalescer.js';
import type { StoreOutcome } from '../../../lib/core/errors.js';
import { VirtualClock } from '../../../lib/testing/virtual-clock.js';
import { settled } from '../../../lib/testing/settled.js';
import { gate, storeError } from './harness.js';

interface Call {
  readonly name: string;
  readonly value: number;
}

function coalescer(answer: (batch: readonly Call[]) => Promise<number[]>, lane = new Lane()) {
  const batches: string[][] = [];
  const made = new Coalescer<Call, number>(systemClock, lane, (batch) => {
    batches.push(batch.map(({ name }) => name));
    return answer(batch);
  });
  const call = async (name: string, value = 0, check?: () => void): Promise<number> =>
    (await made.call({ name, value }, check)).answer;
  return { batches, call };
}

const echo = async (batch: readonly Call[]): Promise<number[]> => batch.map(({ value }) => value);

describe('Coalescer', () => {
  it('sends the calls of one turn as one batch, and gives each its own answer', async () => {
    const { batches, call } = coalescer(echo);
    const fromTimers = [1, 2, 3].map(
      (value) =>
        new Promise<number>((resolve) => setTimeout(() => resolve(call(`n${value}`, value)), 5)),
    );
    // Until all of them are due, so that they fire in one turn, from a callback each.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    expect(await Promise.all(fromTimers)).toEqual([1, 2, 3]);
    expect(batches).toEqual([['n1', 'n2', 'n3']]);
  });

  it('puts a second call of a name into the next batch', async () => {
    const { batches, call } = coalescer(echo);
    expect(await Promise.all([call('a', 1), call('a', 2), call('b', 3)])).toEqual([1, 2, 3]);
    expect(batches).toEqual([['a', 'b'], ['a']]);
  });

  it('gathers while a batch is under way', async () => {
    const first = gate();
    let sent = 0;
    const { batches, call } = coalescer(async (batch) => {
      sent += 1;
      if (sent === 1) await first.passed;
      return echo(batch);
    });
    const calls = [call('a')];
    await settled();
    calls.push(call('b'));
    await settled();
    calls.push(call('c'));
    first.open();
    await Promise.all(calls);
    expect(batches).toEqual([['a'], ['b', 'c']]);
  });

  it('sends each member alone after a failure, so that one bad member harms no other', async () => {
    const { batches, call } = coalescer((batch) =>
      batch.some(({ name }) => name === 'bad')
        ? Promise.reject(storeError('refused'))
        : echo(batch),
    );
    const [a, bad, c] = await Promise.allSettled([call('a', 1), call('bad'), call('c', 3)]);
    expect([a.status, bad.status, c.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(batches).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
  });

  it.each(['unknown', 'unsent'] as const)(
    'does not repeat a batch that is %s, which would cost each member a deadline',
    async (outcome) => {
      const { batches, call } = coalescer(() => Promise.reject(storeError(outcome)));
      const results = await Promise.allSettled([call('a'), call('b')]);
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(batches).toHaveLength(1);
    },
  );

  it('says of a member that is sent alone that it was sent before, so that it waits less', async () => {
    const sent: [size: number, isSuspect: boolean][] = [];
    const made = new Coalescer<Call, number>(systemClock, new Lane(), (batch, isSuspect) => {
      sent.push([batch.length, isSuspect]);
      return batch.length > 1 ? Promise.reject(storeError('refused')) : echo(batch);
    });
    const calls = ['a', 'b'].map((name) => made.call({ name, value: 0 }));
    await Promise.all(calls);
    await made.call({ name: 'a', value: 0 });
    expect(sent).toEqual([
      [2, false],
      [1, true],
      [1, true],
      [1, false],
    ]);
  });

  it('sends no member alone that is not wanted any more', async () => {
    let isWanted = true;
    const check = (): void => {
      if (!isWanted) throw new Error('given up');
    };
    const { batches, call } = coalescer((batch) => {
      isWanted = false;
      return batch.length > 1 ? Promise.reject(storeError('refused')) : echo(batch);
    });
    const results = await Promise.allSettled([call('a', 1), call('b', 2, check), call('c', 3)]);
    expect(results).toMatchObject([
      { value: 1 },
      { reason: { message: 'given up' } },
      { value: 3 },
    ]);
    expect(batches).toEqual([['a', 'b', 'c'], ['a'], ['c']]);
  });

  it('stops sending members alone when the connection goes', async () => {
    const { batches, call } = coalescer((batch) =>
      Promise.reject(storeError(batch.length > 1 ? 'refused' : 'unsent')),
    );
    const results = await Promise.allSettled([call('a'), call('b'), call('c')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(batches).toEqual([['a', 'b', 'c'], ['a']]);
  });

  it('sends a name that was refused behind the others and alone, until it is answered', async () => {
    const sent: [names: string[], isSuspect: boolean][] = [];
    const made = new Coalescer<Call, number>(systemClock, new Lane(), (batch, isSuspect) => {
      sent.push([batch.map(({ name }) => name), isSuspect]);
      return sent.length === 1 ? Promise.reject(storeError('refused')) : echo(batch);
    });
    const call = async (name: string, value: number): Promise<number> =>
      (await made.call({ name, value })).answer;
    await expect(call('slow', 0)).rejects.toThrow('told to fail');
    for (let time = 0; time < 2; time += 1) {
      const answers = Promise.all([call('slow', 1), call('a', 2), call('b', 3)]);
      expect(await answers).toEqual([1, 2, 3]);
    }
    expect(sent).toEqual([
      [['slow'], false],
      [['a', 'b'], false],
      [['slow'], true],
      [['slow', 'a', 'b'], false],
    ]);
  });

  it('forgets after a while that a name was refused', async () => {
    const clock = new VirtualClock();
    const sent: string[][] = [];
    const made = new Coalescer<Call, number>(clock, new Lane(), (batch) => {
      sent.push(batch.map(({ name }) => name));
      return sent.length === 1 ? Promise.reject(storeError('refused')) : echo(batch);
    });
    const refused = made.call({ name: 'slow', value: 0 });
    await Promise.all([expect(refused).rejects.toThrow('told to fail'), clock.advance(0)]);
    await clock.advance(90_000);
    const calls = ['slow', 'a'].map((name) => made.call({ name, value: 0 }));
    await Promise.all([...calls, clock.advance(0)]);
    expect(sent).toEqual([['slow'], ['slow', 'a']]);
  });

  it('spares a name that was refused the deadline of a connection that is gone', async () => {
    let outcome: StoreOutcome = 'refused';
    const { batches, call } = coalescer(() => Promise.reject(storeError(outcome)));
    await expect(call('slow')).rejects.toThrow('told to fail');
    outcome = 'unknown';
    const results = await Promise.allSettled([call('slow'), call('a')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(batches).toEqual([['slow'], ['a']]);
  });

  it('does not suspect a name of what no name can help', async () => {
    const { batches, call } = coalescer(() => Promise.reject(storeError('refused', false)));
    await expect(call('a')).rejects.toThrow('told to fail');
    await Promise.allSettled([call('a'), call('b')]);
    expect(batches).toEqual([['a'], ['a', 'b'], ['a'], ['b']]);
  });

  it('shares a lane with others one at a time', async () => {
    const lane = new Lane();
    const first = gate();
    const slow = coalescer(async (batch) => {
      await first.passed;
      return echo(batch);
    }, lane);
    const other = coalescer(echo, lane);
    const calls = [slow.call('a'), other.call('b')];
    await settled();
    expect(other.batches).toEqual([]);
    first.open();
    await Promise.all(calls);
    expect(other.batches).toEqual([['b']]);
  });
});
