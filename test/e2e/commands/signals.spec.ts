import { expect, it } from '@jest/globals';
import { describeDatabases } from '../../support/databases.js';
import { lockRow } from '../support/oracle.js';
import { ended, Program } from './program.js';

const CASES = [
  { signal: 'SIGTERM', code: 143 },
  { signal: 'SIGINT', code: 130 },
] as const;
/** Far longer than a test: what is free again was given back, and did not expire. */
const ttlMs = 600_000;
const NAME = 'inventory sync';

describeDatabases(
  'A command that is told to end',
  (dialect) => {
    const program = new Program(dialect);
    const begin: Program['begin'] = (command, settings) =>
      program.begin(command, { ttlMs, ...settings });
    const released = async (): Promise<unknown> =>
      (await lockRow(await program.database, NAME))?.released_at;

    it.each(CASES)(
      'by $signal aborts its signal, waits for the task, gives the lock back and ends with $code',
      async ({ signal, code }) => {
        const worker = await begin(NAME);
        worker.kill(signal);
        expect(await worker.messages.next('aborted')).toMatchObject({
          code: 'MARATHON_COMMAND_STOPPED',
          reason: expect.stringMatching(`^CommandStoppedError: The process .*\\(${signal}\\)`),
        });
        expect(await released()).toBeNull();
        await worker.send({ type: 'finish' });
        expect(await ended(worker)).toMatchObject({
          code,
          stdout: '',
          stderr: `${signal}: asked to stop. Another one ends it at once.\n`,
        });
        expect(await released()).toEqual(expect.any(Number));
      },
    );

    it('is not said to have failed if what it calls rejects because of that', async () => {
      const worker = await begin('inventory export north');
      worker.kill('SIGTERM');
      const { code, stderr } = await ended(worker);
      expect({ code, stderr }).toEqual({
        code: 143,
        stderr: 'SIGTERM: asked to stop. Another one ends it at once.\n',
      });
    });

    it.each(CASES)('waits no longer for its turn, at $signal', async ({ signal, code }) => {
      const holder = await begin(NAME);
      const waiter = await program.start(NAME, { waitMs: ttlMs });
      await waiter.messages.next('attempted', 90_000);
      waiter.kill(signal);
      expect(await ended(waiter)).toMatchObject({ code, stdout: '', told: ['attempted'] });
      await holder.send({ type: 'finish' });
      expect(await holder.exited).toEqual({ code: 0, signal: null });
    });

    it('takes a Ctrl-C that npm tells it again for one', async () => {
      const worker = await begin(NAME);
      await worker.send({ type: 'ctrl-c' });
      await worker.messages.next('aborted');
      await worker.send({ type: 'finish' });
      expect((await ended(worker)).code).toBe(130);
      expect(await released()).toEqual(expect.any(Number));
    });

    it.each(CASES)('ends at once when it is told $signal again', async ({ signal, code }) => {
      // The lock stays taken.
      const worker = await program.begin(NAME, { ttlMs: 100 });
      worker.kill('SIGTERM');
      await worker.messages.next('aborted');
      worker.kill(signal);
      expect(await worker.exited).toEqual({ code, signal: null });
      expect(await released()).toBeNull();
    });
  },
  ['postgres', 'sqlite'],
);

describeDatabases(
  "A command in a program with Nest's shutdown hooks",
  (dialect) => {
    const program = new Program(dialect);

    const cases = CASES.flatMap((told) => [
      { ...told, hooks: 'kill' as const },
      { ...told, hooks: 'exit' as const },
    ]);

    it.each(cases)(
      'ends with $code at $signal all the same, if they end it by $hooks',
      async ({ signal, code, hooks }) => {
        const worker = await program.begin(NAME, { ttlMs, hooks });
        worker.kill(signal);
        expect(await worker.messages.next('aborted')).toMatchObject({
          code: 'MARATHON_COMMAND_STOPPED',
        });
        await worker.send({ type: 'finish' });
        expect((await ended(worker)).code).toBe(code);
        const row = await lockRow(await program.database, NAME);
        expect(row?.released_at).toEqual(expect.any(Number));
      },
    );
  },
  ['sqlite'],
);
