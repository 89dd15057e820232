import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that a system gives to clients. */
const FROM = 15_000;
const TO = 32_000;

/**
 * A port for a server that comes back on it. One that systems give to clients could be taken while
 * it is away: even by a client that tries to reach it, and then talks to itself.
 */
export async function lastingPort() {
  for (;;) {
    const port = FROM + Math.floor(Math.random() * (TO - FROM));
    const server = createServer();
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening');
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
      continue;
    }
    await once(server.close(), 'close');
    return port;
  }
}
