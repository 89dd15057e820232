import { expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../../support/poll.js';
import type { Application } from './application.js';
import { anew, canFillDisk, describeGrounds, outcome, renew } from './stage.js';

const LIMITED_DISK = await canFillDisk();

describeGrounds('the faults of a ground', (stage) => {
  /** What holds while a fault lasts, and no more after its undo: a write fails. */
  const refusesWrites = async (fault: 'readOnly' | 'revoke' | 'dropTable'): Promise<void> => {
    expect(await outcome(renew(stage.application))).toBe('done');
    const undo = await stage.ground.faults[fault]!();
    expect(await outcome(renew(stage.application))).toBe('failed');
    expect(await outcome(anew(stage.ground.url, renew))).toBe('failed');
    await undo();
    expect(await outcome(renew(stage.application))).toBe('done');
    expect(await outcome(anew(stage.ground.url, renew))).toBe('done');
  };

  if (stage.dialect !== 'sqlite') {
    it('end the connections that are named, and no others', async () => {
      await anew(stage.ground.url, async (other) => {
        const { killConnections } = stage.ground.faults;
        expect(await killConnections!([])).toBe(0);
        expect(await killConnections!([other.port!])).toBe(1);
        await until('it is gone', async () => (await outcome(renew(other))) === 'failed');
        expect(await outcome(renew(stage.application))).toBe('done');
        expect(await killConnections!([other.port!])).toBe(0);
      });
    });

    it('lock no rows where there are none', async () => {
      expect(await stage.ground.faults.lockRows!(['unknown'])).toBeUndefined();
      expect(await outcome(renew(stage.application))).toBe('done');
    });

    it.each(['fast', 'immediate'] as const)('restart the server: %s', async (how) => {
      await stage.grant('another', 5);
      const rows = await stage.ground.query('SELECT * FROM marathon_lock ORDER BY name');
      await stage.ground.faults.restart!(how);
      expect(await outcome(renew(stage.application))).toBe('failed');
      expect(await stage.ground.query('SELECT * FROM marathon_lock ORDER BY name')).toEqual(rows);
      expect(await outcome(anew(stage.ground.url, renew))).toBe('done');
      expect(await stage.ground.changes()).toHaveLength(3);
      expect((await stage.ground.commits()).map(({ fence }) => fence)).toEqual([1, 5]);
    });

    it('let nobody write', () => refusesWrites('readOnly'));
    it('take the right to write to the lock’s table', () => refusesWrites('revoke'));
  }

  it('drop the lock’s table, which the history knows', async () => {
    await refusesWrites('dropTable');
    const rows = await stage.ground.query('SELECT * FROM marathon_lock');
    const changes = await stage.ground.changes();
    expect({ rows, changes }).toMatchObject({
      rows: [],
      changes: [{}, {}, { kind: 'dropped', name: 'held', before: { fence: 1 } }],
    });
    expect(changes.at(-1)!.after).toBeUndefined();
    await stage.grant('held', 2);
    expect((await stage.ground.changes()).at(-1)).toMatchObject({
      kind: 'insert',
      after: { fence: 2 },
    });
  });

  it('drop the lock’s table when it is empty', async () => {
    await stage.ground.query('DELETE FROM marathon_lock');
    await (
      await stage.ground.faults.dropTable!()
    )();
    expect((await stage.ground.changes()).map(({ kind }) => kind)).toContain('dropped');
  });

  (LIMITED_DISK ? it : it.skip)('fill the disk', async () => {
    const before = await stage.ground.query('SELECT * FROM marathon_lock');
    const fat = (by: Application): Promise<unknown> =>
      by.query('INSERT INTO heap (filling) VALUES (?)', ['-'.repeat(4_000_000)]);
    const undo = await stage.ground.faults.fillDisk!();
    expect(await outcome(anew(stage.ground.url, fat))).toBe('failed');
    const renewals: string[] = [];
    for (let count = 0; count < 30; count += 1)
      renewals.push(await outcome(anew(stage.ground.url, renew)));
    expect(renewals).toContain('failed');
    await undo();
    expect(await outcome(anew(stage.ground.url, fat))).toBe('done');
    expect(await outcome(anew(stage.ground.url, renew))).toBe('done');

    const [after] = await stage.ground.query<{ locked_until: number }>(
      'SELECT * FROM marathon_lock',
    );
    const done = renewals.filter((each) => each === 'done').length + 1;
    expect({ ...after, locked_until: after!.locked_until - done }).toEqual(before[0]);
    expect(await stage.ground.changes()).toHaveLength(1 + done);
  });

  it('lock rows, for whoever comes', async () => {
    await stage.grant('free', 1);
    const undo = await stage.ground.faults.lockRows!(['held', 'unknown']);
    await anew(stage.ground.url, async (other) => {
      let over = false;
      const waiting = outcome(renew(other)).finally(() => {
        over = true;
      });
      if (stage.dialect !== 'sqlite') {
        await stage.application.query(`UPDATE marathon_lock SET fence = 9 WHERE lock_key = 'free'`);
        await pause(200);
        expect(over).toBe(false);
      }
      await undo!();
      expect(await waiting).toBe(stage.dialect === 'sqlite' ? 'failed' : 'done');
    });
    expect(await outcome(renew(stage.application))).toBe('done');
  });
});
