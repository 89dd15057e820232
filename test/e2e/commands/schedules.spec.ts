import { describe, expect, it } from '@jest/globals';
import { lockRow } from '../support/oracle.js';
import { ended, Program } from './program.js';

describe('The crons, intervals and timeouts of an imported module', () => {
  const program = new Program('sqlite');

  it('do not fire in the process of a SingleRunnerCommand', async () => {
    expect(await program.run('inventory count')).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
      told: ['attempted', 'counted'],
    });
    expect(await lockRow(await program.database, 'schedules:cron')).toBeUndefined();
  });

  it('do not fire in a process that only waits for its turn', async () => {
    const holder = await program.begin('inventory sync');
    const waiter = await program.start('inventory sync', { waitMs: 2500 });
    expect(await ended(waiter)).toMatchObject({ code: 0, told: ['attempted'] });
    await holder.send({ type: 'finish' });
    await holder.exited;
  });

  it('fire for a plain command of the same program', async () => {
    const { code, stderr, told } = await program.run('serve');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // That is when each of them has fired.
    expect(told).toContain('served');
    const row = await lockRow(await program.database, 'schedules:cron');
    expect(row?.released_at).toEqual(expect.any(Number));
  });

  it('fire in a server that has the commands among its providers', async () => {
    const { code, stderr, told } = await program.run('server', { asServer: true });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(told).toContain('served');
  });
});
