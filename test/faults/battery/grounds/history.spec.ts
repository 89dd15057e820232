import { describe, expect, it } from '@jest/globals';
import type { Application } from './application.js';
import { anew, describeGrounds, renew } from './stage.js';

describeGrounds('what a ground has seen', (stage) => {
  describe('as changes', () => {
    it('notes a grant, a renewal, a release and a deletion, with what was and what is', async () => {
      const before = await stage.ground.now();
      await stage.application.query(
        `UPDATE marathon_lock SET owner = 'another', fence = 7, instance = 'b#2', last_tick = 500`,
      );
      await renew(stage.application);
      await stage.application.query(
        'UPDATE marathon_lock SET released_at = 1500, locked_until = 1500',
      );
      await stage.ground.query('DELETE FROM marathon_lock');
      const changes = await stage.ground.changes();

      expect(changes.map(({ kind }) => kind)).toEqual([
        ...['insert', 'update', 'update', 'update', 'delete'],
      ]);
      const granted = {
        instance: 'a#1',
        holder: expect.any(String),
        fence: 1,
        acquiredAt: 1000,
        lockedUntil: 2000,
        releasedAt: null,
        lastTick: null,
      };
      const taken = { ...granted, instance: 'b#2', fence: 7, lastTick: 500 };
      const renewed = { ...taken, lockedUntil: 2001 };
      const released = { ...taken, lockedUntil: 1500, releasedAt: 1500 };
      const states = [undefined, granted, taken, renewed, released, undefined];
      expect(changes.map((change) => change.before)).toEqual(states.slice(0, 5));
      expect(changes.map((change) => change.after)).toEqual(states.slice(1));
      expect(new Set(changes.map(({ name }) => name))).toEqual(new Set(['held']));

      const holders = changes.flatMap(({ after }) => (after ? [after.holder] : []));
      expect(new Set(holders).size).toBe(2);
      expect(holders.some((holder) => holder?.includes('owner') ?? true)).toBe(false);
      const ids = changes.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
      for (const { at } of changes.slice(1)) {
        expect(at).toBeGreaterThanOrEqual(before);
        expect(Number.isInteger(at)).toBe(true);
      }
      expect(changes.at(-1)!.at).toBeLessThanOrEqual(await stage.ground.now());
    });

    it('notes no row that was written as it was', async () => {
      await stage.application.query('UPDATE marathon_lock SET fence = fence, released_at = NULL');
      expect(await stage.ground.changes()).toHaveLength(1);
    });

    it('notes nothing that was rolled back', async () => {
      await stage.application.query('BEGIN');
      await renew(stage.application);
      await stage.application.query('ROLLBACK');
      expect(await stage.ground.changes()).toHaveLength(1);
    });

    // SQLite knows no users.
    if (stage.dialect !== 'sqlite') {
      it('cannot be written by the application', async () => {
        const forged = `INSERT INTO lock_history (at, kind, name) VALUES (1, 'update', 'x')`;
        await expect(stage.application.query(forged)).rejects.toThrow(/denied/);
      });
    }
  });

  describe('as commits', () => {
    const write = (by: Application, fence: number): Promise<unknown> =>
      by.query(`INSERT INTO fenced_write (name, fence) VALUES ('held', ?)`, [fence]);

    it('is of grants and fenced writes, and of nothing else', async () => {
      await renew(stage.application);
      await write(stage.application, 1);
      await stage.application.query('UPDATE marathon_lock SET released_at = 1500');
      await stage.application.query(
        `UPDATE marathon_lock SET fence = 2, owner = 'next', released_at = NULL`,
      );
      await stage.application.query(
        'UPDATE marathon_lock SET fence = 3, owner = NULL, released_at = 1600',
      );
      const commits = await stage.ground.commits();
      expect(commits.map(({ what, name, fence }) => [what, name, fence])).toEqual([
        ['grant', 'held', 1],
        ['fenced-write', 'held', 1],
        ['grant', 'held', 2],
      ]);
      const positions = commits.map(({ position }) => position);
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
    });

    if (stage.dialect === 'mariadb') {
      it('has a grant of a statement that ends with a row that stays as it was', async () => {
        await stage.application.query(
          `INSERT INTO marathon_lock (lock_key, name, owner, fence, acquired_at, locked_until)
            VALUES ('new', 'new', 'next', 5, 0, 0), ('held', 'held', 'next', 6, 0, 0)
            ON DUPLICATE KEY UPDATE fence = fence`,
        );
        expect((await stage.ground.commits()).map(({ fence }) => fence)).toEqual([1, 5]);
        await stage.application.query(
          `INSERT INTO marathon_lock (lock_key, name, owner, fence, acquired_at, locked_until)
            VALUES ('new', 'new', 'next', 7, 0, 0), ('held', 'held', 'next', 7, 0, 0)
            ON DUPLICATE KEY UPDATE fence = IF(lock_key = 'new', VALUES(fence), fence)`,
        );
        expect((await stage.ground.commits()).map(({ fence }) => fence)).toEqual([1, 5, 7]);
      });
    }

    // On SQLite a transaction that writes excludes all others.
    if (stage.dialect !== 'sqlite') {
      it('is not the order in which transactions began or wrote', async () => {
        await anew(stage.ground.url, async (other) => {
          await other.query('BEGIN');
          await write(other, 1);
          await stage.application.query('BEGIN');
          await stage.application.query(`UPDATE marathon_lock SET fence = 2, owner = 'next'`);
          await stage.application.query('COMMIT');
          await other.query('COMMIT');
        });
        const commits = await stage.ground.commits();
        expect(commits.map(({ what, fence }) => [what, fence])).toEqual([
          ['grant', 1],
          ['grant', 2],
          ['fenced-write', 1],
        ]);
        expect(commits[2]!.position).toBeGreaterThan(commits[1]!.position);
      });
    }
  });
});
