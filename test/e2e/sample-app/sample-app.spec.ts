import { execFile, type ExecFileException } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../../support/databases.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function node(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: { ...process.env, DATABASE_URL: undefined, ...env } };
    const done = (error: ExecFileException | null, stdout: string, stderr: string): void =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    execFile(process.execPath, args, options, done);
  });
}

function sample(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  return node(['sample-app/dist/main.js', ...args], env);
}

describe('the sample app', () => {
  beforeAll(async () => {
    expect(await node(['sample-app/build.mjs'])).toMatchObject({ code: 0, stderr: '' });
  }, 180_000);

  it('runs each tick once in three instances on SQLite, also over the death of one', async () => {
    const { code, stdout } = await sample(['--seconds', '12']);
    expect(stdout).toContain('OK: no tick ran twice, and no two runs overlapped');
    expect(stdout).toMatch(/killed shop-\d with SIGKILL in the middle of inventory:sync/);
    expect(stdout).toMatch(/ran twice +0 ticks\n +overlaps +0\n +takeover /);
    expect(stdout).toMatch(/ticks +\d+ of inventory:sync · [1-9]\d* ran/);
    expect(code).toBe(0);
  }, 60_000);

  it.each([
    [['--seconds', 'abc'], /--seconds wants a number from 1 to 86400, not 'abc'[^]*Usage:/],
    [['--seconds', '0'], /--seconds wants a number/],
    [['--minutes', '3'], /Unknown option '--minutes'[^]*Usage:/],
  ])('refuses the arguments %j', async (args, message) => {
    expect(await sample(args)).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });

  it('refuses a database that it does not know', async () => {
    const { code, stderr } = await sample([], { DATABASE_URL: 'mongodb://localhost/shop' });
    expect(stderr).toMatch(/^DATABASE_URL is no postgres:/);
    expect(code).toBe(2);
  });

  it('says which database cannot be used, and why, without the password', async () => {
    const DATABASE_URL = 'postgres://somebody:secret@127.0.0.1:1/shop';
    const { code, stderr } = await sample([], { DATABASE_URL });
    expect(stderr).toMatch(
      /postgres:\/\/somebody:…@127\.0\.0\.1:1\/shop cannot be used: .*REFUSED/,
    );
    expect(stderr).not.toContain('secret');
    expect(code).toBe(1);
  });

  describe('called by a command', () => {
    let database: TestDatabase;

    beforeAll(async () => {
      database = await createDatabase('sqlite');
    });
    afterAll(() => database.drop());

    function recount(): Promise<Ended> {
      const env = { DATABASE_URL: database.url };
      return node(['sample-app/dist/command.js', 'inventory', 'recount'], env);
    }

    it('counts the stock, and no cron of the shop runs meanwhile', async () => {
      const { code, stdout, stderr } = await recount();
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^apples: \d+\n[^]*\nCounted 5 products\.\n$/);
      const names = await database.query('SELECT name FROM marathon_lock');
      expect(names).toEqual([{ name: 'inventory recount' }]);
    });

    it('does not while another machine does, and says so', async () => {
      await database.query(`UPDATE marathon_lock SET instance = 'warehouse-7', released_at = NULL,
        owner = 'somebody else', locked_until = locked_until + 600000`);
      const { code, stdout, stderr } = await recount();
      expect(stdout).toMatch(
        /^"inventory recount" was skipped: "warehouse-7" has held it since .*\n$/,
      );
      expect({ code, stderr }).toEqual({ code: 75, stderr: '' });
    });
  });
});
