import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startWorker } from '../../support/worker.js';

const KEEPER = new URL('./workers/keeper.mjs', import.meta.url);

describe('the test servers', () => {
  it('leave nothing behind when the test process is killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'marathon-servers-'));
    await chmod(folder, 0o755); // as root the server's user has to get through it
    const run = startWorker(KEEPER, {
      env: {
        TMPDIR: folder,
        MARATHON_TEST_POSTGRES_URL: undefined,
        MARATHON_TEST_MARIADB_URL: undefined,
      },
    });
    const { servers } = await run.messages.next('servers', 30_000);
    const urls = (servers as { url?: string }[]).flatMap(({ url }) => url ?? []);
    expect(await readdir(folder)).toHaveLength(urls.length);

    run.kill('SIGKILL');
    // The keeper of the servers shares the run's standard error, so this waits for its end too.
    await run.exited;

    expect(await readdir(folder)).toEqual([]);
    for (const url of urls) {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
      expect(await once(socket, 'error')).toEqual([
        expect.objectContaining({ code: 'ECONNREFUSED' }),
      ]);
    }
    await rm(folder, { recursive: true });
  });
});
