import { connectMariadb } from '../../../support/databases/mariadb.js';
import { connectPostgres, numbered } from '../../../support/databases/postgres.js';
import type { Ground } from './ground.js';
import { openHandle, runOn } from './sqlite/handle.js';

/** A connection as an application has one. It is not made anew when it is lost. */
export interface Application {
  readonly query: Ground['query'];
  /** Its own end of the connection; `undefined` where there is no server. */
  readonly port: number | undefined;
  close(): Promise<void>;
}

type Connect = (url: string) => Promise<Application>;

const postgres: Connect = async (url) => {
  const client = await connectPostgres(url);
  const { connection } = client as unknown as { connection: { stream: { localPort: number } } };
  return {
    query: async <Row>(text: string, parameters: readonly unknown[] = []) =>
      (await client.query<Row>(numbered(text, parameters), parameters)).rows,
    port: connection.stream.localPort,
    close: () => client.end(),
  };
};

const mariadb: Connect = async (url) => {
  const client = await connectMariadb(url);
  const { stream } = (client as unknown as { connection: { stream: { localPort: number } } })
    .connection;
  return {
    query: async <Row>(text: string, parameters: readonly unknown[] = []) => {
      const [rows] = await client.query(text, [...parameters]);
      return (Array.isArray(rows) ? rows : []) as Row[];
    },
    port: stream.localPort,
    close: async () => client.destroy(),
  };
};

const sqlite: Connect = async (url) => {
  const handle = openHandle(url.slice('sqlite:'.length));
  return {
    query: async (text, parameters) => runOn(handle, text, parameters),
    port: undefined,
    close: async () => handle.close(),
  };
};

/** By the scheme of the URL. */
const CONNECT: Readonly<Record<string, Connect>> = { postgres, mariadb, sqlite };

export function connectApplication(url: string): Promise<Application> {
  return CONNECT[url.slice(0, url.indexOf(':'))]!(url);
}
