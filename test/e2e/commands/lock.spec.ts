import { describe, expect, it } from '@jest/globals';
import { lockRow } from '../support/oracle.js';
import { ended, Program } from './program.js';

const ISO = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

describe('A command that extends SingleRunnerCommand', () => {
  const program = new Program('sqlite');

  it('is locked by its path, is given its arguments, and gives the lock back', async () => {
    const worker = await program.start('inventory sync north --dry-run');
    expect(await worker.messages.next('started', 90_000)).toMatchObject({
      name: 'inventory sync',
      params: ['north'],
      options: { dryRun: true },
    });
    await worker.send({ type: 'finish' });
    expect(await ended(worker)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const row = await lockRow(await program.database, 'inventory sync');
    expect(row).toMatchObject({ instance: 'somebody', released_at: expect.any(Number) });
  });

  it('may have a name of its own, made of its arguments', async () => {
    const [north, south] = await Promise.all([
      program.begin('inventory export north'),
      program.begin('inventory export south'),
    ]);
    for (const [worker, warehouse] of [[north, 'north'] as const, [south, 'south'] as const]) {
      expect(worker.messages.all).toContainEqual({ type: 'started', name: `export:${warehouse}` });
      worker.kill('SIGTERM');
      await worker.exited;
    }
  });

  it('says who runs it, and ends with 0 or its lockedExitCode', async () => {
    const holder = await program.begin('inventory sync', { instance: 'the-holder' });
    const row = await lockRow(await program.database, 'inventory sync');
    const [plain, temporary] = await Promise.all([
      program.run('inventory sync'),
      program.run('inventory sync', { lockedExitCode: 75 }),
    ]);
    expect(plain).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        `^"inventory sync" was skipped: "the-holder" has held it since ${ISO}, ` +
          `and does so until ${ISO} if it is not renewed\\.\\n$`,
      ),
      stderr: '',
      told: ['attempted'],
    });
    expect(plain.stdout).toContain(`since ${new Date(row!.acquired_at).toISOString()}`);
    expect(temporary).toEqual({ ...plain, code: 75, stdout: expect.any(String) });
    await holder.send({ type: 'finish' });
    expect(await holder.exited).toEqual({ code: 0, signal: null });
  });

  it('waits for its turn, if its lockOptions say so', async () => {
    const holder = await program.begin('inventory sync');
    const waiter = await program.start('inventory sync', { waitMs: 90_000 });
    await waiter.messages.next('attempted', 90_000);
    await holder.send({ type: 'finish' });
    await waiter.messages.next('started', 90_000);
    await waiter.send({ type: 'finish' });
    expect(await ended(waiter)).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });
});

describe('A command whose task does not end well', () => {
  const program = new Program('sqlite');

  it('prints what was thrown, with stack and causes, and ends with 1', async () => {
    const { code, stdout, stderr } = await program.run('inventory fail');
    expect(stderr).toMatch(/^Error: the shelf is empty\n +at FailCommand\.runTask \(/);
    expect(stderr).toMatch(/\[cause\]: Error: nobody restocked it\n +at FailCommand\.runTask \(/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const row = await lockRow(await program.database, 'inventory fail');
    expect(row?.released_at).toEqual(expect.any(Number));
  });

  it('ends with 1 if it was told to stop before its end, though it threw nothing', async () => {
    const worker = await program.begin('inventory sync', { maxRuntimeMs: 1 });
    await worker.messages.next('aborted');
    await worker.send({ type: 'finish' });
    const { code, stderr } = await ended(worker);
    expect(stderr).toMatch(/^MaxRuntimeError: The run of "inventory sync"/);
    expect(code).toBe(1);
  });

  it('ends with 1 if its lock was taken away from it, though it did not notice', async () => {
    const { query } = await program.database;
    const worker = await program.begin('inventory sync', { ttlMs: 600_000 });
    await query("UPDATE marathon_lock SET owner = 'another', fence = fence + 1");
    await worker.send({ type: 'finish' });
    const { code, stderr } = await ended(worker);
    expect(stderr).toMatch(/^LeaseLostError: The lease on "inventory sync" .* is over/m);
    expect(code).toBe(1);
  });

  it('ends with 1 if there is nothing to make its name of', async () => {
    const { code, stderr, told } = await program.run('no-command', { root: true });
    expect(stderr).toMatch(/^InvalidLockNameError: NamelessRoot .* give it the property lockName/);
    expect({ code, told }).toEqual({ code: 1, told: [] });
  });

  it('ends with 1 and does not run if the database fails', async () => {
    const { query } = await program.database;
    await query(`CREATE TRIGGER broken BEFORE INSERT ON marathon_lock
      WHEN NEW.name = 'export:moon' BEGIN SELECT RAISE(ABORT, 'the disk is on fire'); END`);
    const { code, stdout, stderr, told } = await program.run('inventory export moon');
    expect(stderr).toMatch(/^LockStoreError: [^]*\[cause\]: [^]*the disk is on fire/);
    expect({ code, stdout, told }).toEqual({ code: 1, stdout: '', told: ['attempted'] });
  });
});
