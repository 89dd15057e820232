import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * - `forward`: as if the proxy were not there.
 * - `silent`: connections are accepted and stay open, but nothing passes in either direction, not
 *   even their end: a network that swallows packets.
 * - `drop-replies`: requests reach the server, its replies get lost.
 * - `hold`, `hold-replies`: what is sent in both directions, or by the server, arrives in a later mode.
 * - `reset`: connections are reset, those that stand and new ones.
 * - `refuse`: nobody listens; connections that stand go on (set `reset` before it to end them).
 *
 * A direction that has lost bytes stays silent in later modes, since what followed would make no
 * sense. A connection that was accepted in `silent` never reaches the server.
 */
export type ProxyMode =
  'forward' | 'silent' | 'drop-replies' | 'hold' | 'hold-replies' | 'reset' | 'refuse';

interface Surroundings {
  mode(): ProxyMode;
  /** Bytes were swallowed. */
  lost(): void;
  /** The client has closed its end, which in silence nobody answers. */
  left(): void;
  /** Both ends are closed. */
  closed(): void;
}

/** One client's connection through the proxy, and the proxy's own connection to the server. */
export class ProxiedConnection {
  readonly #sockets: readonly Socket[];
  readonly #broken = new Set<Socket>();
  #open = true;
  #server: Socket | undefined;

  constructor(
    private readonly client: Socket,
    target: { host: string; port: number },
    private readonly surroundings: Surroundings,
  ) {
    if (surroundings.mode() === 'silent') {
      this.#sockets = [client];
      this.#broken.add(client);
      this.#pass(client, client);
    } else {
      const server = connect({ ...target, allowHalfOpen: true });
      this.#server = server;
      this.#sockets = [client, server];
      this.#pass(client, server);
      this.#pass(server, client);
    }
    for (const event of ['end', 'close']) client.once(event, () => this.#leave());
    this.heed();
  }

  /** Whether the client has it open, whatever became of the server's end. */
  get open(): boolean {
    return this.#open;
  }

  /** By which the server knows this connection. */
  get serverSidePort(): number | undefined {
    return this.#server?.localPort;
  }

  /** The mode has changed. */
  heed(): void {
    for (const socket of this.#sockets) {
      if (this.#holds(socket)) socket.pause();
      else socket.resume();
    }
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async destroy(): Promise<void> {
    const left = this.#sockets.filter((socket) => !socket.closed);
    for (const socket of left) socket.destroy();
    await Promise.all(left.map((socket) => once(socket, 'close')));
  }

  #leave(): void {
    if (this.#open) {
      this.#open = false;
      this.surroundings.left();
    }
  }

  #pass(from: Socket, to: Socket): void {
    from.on('data', (bytes: Buffer) => {
      if (this.#swallows(from)) {
        this.#broken.add(from);
        this.surroundings.lost();
      } else if (!to.write(bytes)) {
        from.pause();
        to.once('drain', () => this.#holds(from) || from.resume());
      }
    });
    from.on('end', () => this.#swallows(from) || to.end());
    from.on('error', () => {}); // 'close' follows, and says all that matters here
    from.on('close', () => {
      if (!this.#swallows(from)) to.destroy();
      if (this.#sockets.every((socket) => socket.closed)) this.surroundings.closed();
    });
  }

  #holds(from: Socket): boolean {
    const mode = this.surroundings.mode();
    return mode === 'hold' || (mode === 'hold-replies' && from !== this.client);
  }

  #swallows(from: Socket): boolean {
    const mode = this.surroundings.mode();
    const lossy = mode === 'silent' || (mode === 'drop-replies' && from !== this.client);
    return lossy || this.#broken.has(from);
  }
}
