import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * A proxy that counts the statements on their way to a server. Whoever is counted neither knows of it
 * nor can be wrong about it.
 *
 * @returns the server's address by way of the proxy; `count` tells how many passed meanwhile
 */
export async function tapped(on, server) {
  const target = new URL(server.url);
  const sockets = new Set();
  let passed = 0;
  const proxy = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const reader = new Reader(protocols[on](), () => (passed += 1));
    client.on('data', (chunk) => {
      reader.read(chunk);
      upstream.write(chunk);
    });
    upstream.pipe(client);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      sockets.add(socket);
      socket.setNoDelay(true).on('error', () => {}); // what ends it, ends the other side too
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = Object.assign(new URL(target), { hostname: '127.0.0.1', port: proxy.address().port });
  return {
    server: { ...server, url: url.href },
    async count(work) {
      const before = passed;
      await work();
      return passed - before;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

/** Cuts a stream into messages, as a protocol tells their lengths, and counts its statements. */
class Reader {
  #rest = Buffer.alloc(0);
  #protocol;
  #onStatement;

  constructor(protocol, onStatement) {
    this.#protocol = protocol;
    this.#onStatement = onStatement;
  }

  read(chunk) {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const message = this.#protocol(this.#rest);
      if (!message || message.length > this.#rest.length) return;
      if (message.isStatement) this.#onStatement();
      this.#rest = this.#rest.subarray(message.length);
    }
  }
}

const protocols = {
  /** https://www.postgresql.org/docs/current/protocol-message-formats.html: Query and Execute. */
  postgres() {
    let started = false;
    return (bytes) => {
      if (!started) {
        if (bytes.length < 4) return undefined;
        started = true;
        return { length: bytes.readInt32BE(0), isStatement: false };
      }
      if (bytes.length < 5) return undefined;
      return {
        length: 1 + bytes.readInt32BE(1),
        isStatement: 'QE'.includes(String.fromCharCode(bytes[0])),
      };
    };
  },

  /** https://mariadb.com/docs/server/reference/clientserver-protocol/0-packet: COM_QUERY and COM_STMT_EXECUTE. */
  mariadb: () => (bytes) => {
    if (bytes.length < 5) return undefined;
    const isCommand = bytes[3] === 0;
    return {
      length: 4 + bytes.readUIntLE(0, 3),
      isStatement: isCommand && [3, 23].includes(bytes[4]),
    };
  },

  /** https://redis.io/docs/latest/develop/reference/protocol-spec: an array of bulk strings each. */
  redis: () => (bytes) => {
    let end = bytes.indexOf('\r\n') + 2;
    if (end < 2) return undefined;
    for (let left = Number(bytes.subarray(1, end).toString()); left > 0; left -= 1) {
      const from = end;
      end = bytes.indexOf('\r\n', from) + 2;
      if (end < 2) return undefined;
      end += Number(bytes.subarray(from + 1, end).toString()) + 2;
    }
    return { length: end, isStatement: true };
  },
};
