import { EventEmitter, once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ProxiedConnection, type ProxyMode } from './proxied-connection.js';

export type { ProxyMode } from './proxied-connection.js';

/**
 * A TCP proxy on 127.0.0.1 in front of a server, to make its network fail.
 * Events: `connection` when one was accepted, `left` when a client has closed its end, `lost` when
 * bytes were swallowed.
 */
export class TcpProxy extends EventEmitter {
  #mode: ProxyMode = 'forward';
  #port = 0;
  #accepted = 0;
  #server: Server | undefined;
  readonly #connections = new Set<ProxiedConnection>();

  private constructor(private readonly target: { host: string; port: number }) {
    super();
  }

  static async start(target: { host?: string; port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy({ host: '127.0.0.1', ...target });
    await proxy.#listen();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get mode(): ProxyMode {
    return this.#mode;
  }

  /** How many connections its clients have open. */
  get connections(): number {
    return [...this.#connections].filter(({ open }) => open).length;
  }

  /** How many connections were ever accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  /** By which the server knows its connections. */
  get serverSidePorts(): number[] {
    return [...this.#connections].flatMap(({ serverSidePort }) => serverSidePort ?? []);
  }

  /** Resolves when the new mode holds. */
  async setMode(mode: ProxyMode): Promise<void> {
    this.#mode = mode;
    for (const connection of this.#connections) connection.heed();
    if (mode === 'reset') for (const connection of this.#connections) connection.reset();
    if (mode === 'refuse') this.#stopListening();
    else if (!this.#server) await this.#listen();
  }

  /** Stops listening and ends all connections, so that a server behind it sees them leave. */
  async close(): Promise<void> {
    this.#stopListening();
    await Promise.all([...this.#connections].map((connection) => connection.destroy()));
  }

  async #listen(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Takes effect at once; that the server's close event waits for its connections is no matter. */
  #stopListening(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  #accept(client: Socket): void {
    this.#accepted += 1;
    const connection = new ProxiedConnection(client, this.target, {
      mode: () => this.#mode,
      lost: () => this.emit('lost'),
      left: () => this.emit('left'),
      closed: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
    if (this.#mode === 'reset') connection.reset();
    this.emit('connection');
  }
}
