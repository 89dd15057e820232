import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { describeDatabases, optionsFromUrl, throughPort } from '../support/databases.js';
import { Contender, fresh } from './support/contender.js';
import { opened } from './support/harness.js';
import { openSql } from './support/sql-harness.js';

/** The end of what a server sends when a connection is ready for its first query. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** What it says to a connection that it ends. */
const FATAL = message('E', 'SFATAL\0C57P01\0Mterminating connection due to a test\0\0');

describeDatabases(
  'the store, whose connection is ended by the server in the moment in which it is made',
  (dialect) => {
    let isEnding = false;

    const harness = opened(async () => {
      const options: Record<string, unknown> = {};
      const prepare = async ({ url }: { readonly url: string }): Promise<void> => {
        const port = await between(Number(new URL(url).port), () => isEnding);
        Object.assign(options, optionsFromUrl(throughPort(url, port)));
      };
      return openSql(dialect, { options, prepare });
    });

    it('reports it as the failure of a call, and the process goes on', async () => {
      isEnding = true;
      const contender = new Contender(harness().store, fresh());
      await harness().database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nestjs-marathon'`,
      );
      for (let call = 0; call < 3; call += 1) {
        await expect(contender.acquire()).rejects.toMatchObject({ name: 'LockStoreError' });
      }
      isEnding = false;
      expect(await contender.acquire()).toMatchObject({ granted: true });
    });
  },
  ['postgres'],
);

/** A proxy that delivers the greeting and the end in one piece, as the network does at times. */
async function between(port: number, isEnding: () => boolean): Promise<number> {
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    client.pipe(server);
    server.on('data', (bytes: Buffer) => {
      const isReady = bytes.subarray(-READY.length).equals(READY);
      client.write(isReady && isEnding() ? Buffer.concat([bytes, FATAL]) : bytes);
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => {});
      socket.on('close', () => other.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1').unref();
  await once(proxy, 'listening');
  return (proxy.address() as AddressInfo).port;
}

function message(type: string, text: string): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(4 + Buffer.byteLength(text), 1);
  return Buffer.concat([head, Buffer.from(text)]);
}
