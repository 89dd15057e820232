import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TcpProxy } from '../../support/tcp-proxy.js';

describe('TcpProxy', () => {
  let server: Server;
  let received: string;
  let proxy: TcpProxy;

  /** The server says everything back, and keeps what it got. */
  beforeEach(async () => {
    received = '';
    server = createServer((socket) => {
      socket.on('data', (bytes) => {
        received += bytes.toString();
        socket.write(bytes);
      });
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await TcpProxy.start({ port: (server.address() as AddressInfo).port });
  });

  afterEach(async () => {
    await proxy.close();
    server.close();
  });

  async function open(): Promise<Socket> {
    const socket = connect({ port: proxy.port, host: '127.0.0.1' });
    const accepted = once(proxy, 'connection');
    await once(socket, 'connect');
    await accepted;
    return socket;
  }

  async function say(socket: Socket, text: string): Promise<string> {
    socket.write(text);
    const [reply] = (await once(socket, 'data')) as [Buffer];
    return reply.toString();
  }

  it('forwards both directions and the end of a connection', async () => {
    const socket = await open();
    expect(await say(socket, 'hello')).toBe('hello');
    expect([proxy.connections, proxy.accepted]).toEqual([1, 1]);
    socket.end();
    await once(socket, 'close');
    expect(received).toBe('hello');
  });

  it('in silent mode keeps connections open and passes nothing', async () => {
    const before = await open();
    await say(before, 'hello');
    await proxy.setMode('silent');
    const during = await open();
    for (const socket of [before, during]) {
      const lost = once(proxy, 'lost');
      socket.write('lost');
      await lost;
      expect(socket.readyState).toBe('open');
    }
    expect(received).toBe('hello');
    expect(proxy.connections).toBe(2);
  });

  it('serves new connections after silence', async () => {
    await proxy.setMode('silent');
    await open();
    await proxy.setMode('forward');
    expect(await say(await open(), 'again')).toBe('again');
  });

  it('in silent mode does not tell the server that a client has left', async () => {
    const arrived = once(server, 'connection');
    const socket = await open();
    const [atServer] = (await arrived) as [Socket];
    await say(socket, 'hello');
    await proxy.setMode('silent');
    const leaving = once(proxy, 'left');
    socket.destroy();
    await leaving;
    // A round trip past the proxy: had the end been passed on, it would be there by now.
    const direct = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await say(direct, 'past the proxy');
    direct.destroy();
    expect([proxy.connections, atServer.readyState]).toEqual([0, 'open']);
    const left = once(atServer, 'close');
    await proxy.close();
    await left;
  });

  it('drops replies but not requests', async () => {
    const socket = await open();
    await proxy.setMode('drop-replies');
    const lost = once(proxy, 'lost');
    socket.write('order');
    await lost;
    expect(received).toBe('order');
    expect(socket.bytesRead).toBe(0);
  });

  it('resets connections that stand and new ones', async () => {
    const before = await open();
    await say(before, 'hello');
    const broken = once(before, 'error');
    await proxy.setMode('reset');
    expect(await broken).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);

    const after = connect({ port: proxy.port, host: '127.0.0.1' });
    expect(await once(after.resume(), 'error')).toEqual([
      expect.objectContaining({ code: 'ECONNRESET' }),
    ]);
  });

  it('refuses new connections, and comes back on the same port', async () => {
    const before = await open();
    await proxy.setMode('refuse');
    const refused = connect({ port: proxy.port, host: '127.0.0.1' });
    expect(await once(refused, 'error')).toEqual([
      expect.objectContaining({ code: 'ECONNREFUSED' }),
    ]);
    expect(await say(before, 'still here')).toBe('still here');

    await proxy.setMode('forward');
    expect(await say(await open(), 'back')).toBe('back');
  });
});
