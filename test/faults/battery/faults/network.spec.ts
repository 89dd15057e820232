import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { Chance } from '../chance.js';
import type { Slot } from '../slot.js';
import type { Done, Means } from './fault.js';
import { networkFaults } from './network.js';

const TTL_MS = 50;

/** It answers with what it was asked. */
let server: Server;
let proxy: TcpProxy;
beforeAll(async () => {
  server = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0);
  await once(server, 'listening');
  proxy = await TcpProxy.start({ port: (server.address() as AddressInfo).port });
});
afterAll(async () => {
  await proxy.close();
  server.close();
});

const inject = (kind: string): Promise<Done> => {
  const fault = networkFaults.find((each) => each.kind === kind)!;
  const means = { chance: new Chance(1), ttlMs: TTL_MS };
  return fault.inject({ proxy } as unknown as Slot, means as unknown as Means, undefined);
};

/** A client that asks all the time, or says nothing. */
const meanwhile = async (kind: string, asks: boolean): Promise<Done> => {
  const client = connect(proxy.port, '127.0.0.1').on('error', () => {});
  const accepted = once(proxy, 'connection');
  await Promise.all([once(client, 'connect'), accepted]);
  const asking = setInterval(() => asks && client.write('?'), 2);
  const done = await inject(kind);
  clearInterval(asking);
  client.destroy();
  return done;
};

const RESETS = ['network resets', 'partitioned from the server'];
const LOSSES = ['network silent', 'replies dropped'];
const DELAYS = ['requests and replies delayed past ttl', 'replies delayed past ttl'];

it.each([...RESETS, ...LOSSES, ...DELAYS])(
  '%s: not done where nobody is connected',
  async (kind) => {
    expect(await inject(kind)).toBe('not done');
  },
);

it.each(LOSSES)('%s: done where something got lost, and only there', async (kind) => {
  expect(await meanwhile(kind, true)).toBe('done');
  expect(await meanwhile(kind, false)).toBe('not done');
});

it.each([...RESETS, ...DELAYS])('%s: done where somebody is connected', async (kind) => {
  expect(await meanwhile(kind, true)).toBe('done');
});

it('network silent: done where somebody connects and is not greeted', async () => {
  const done = inject('network silent');
  const client = connect(proxy.port, '127.0.0.1').on('error', () => {});
  expect(await done).toBe('done');
  client.destroy();
});
