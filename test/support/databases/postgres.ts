import { Client, types } from 'pg';
import { locate } from '../resources.js';
import { randomName } from './random-name.js';
import type { TestDatabase } from './test-database.js';
import { optionsFromUrl, withDatabase } from './url.js';

const INT8 = 20;
const NUMERIC = 1700;

/** pg hands these out as text, to lose no digit. Oracles compare numbers, all below 2^53. */
const NUMBERS = {
  getTypeParser: (oid: number, format?: string) =>
    oid === INT8 || oid === NUMERIC ? Number : types.getTypeParser(oid, format),
};

export async function createPostgres(): Promise<TestDatabase> {
  const server = locate('postgres');
  const name = randomName();
  await once(server, `CREATE DATABASE ${name}`);
  const url = withDatabase(server, name);
  const client = await connectPostgres(url);
  return {
    dialect: 'postgres',
    options: optionsFromUrl(url),
    url,
    query: async <Row>(text: string, parameters: readonly unknown[] = []) =>
      (await client.query<Row>(numbered(text, parameters), parameters)).rows,
    drop: async () => {
      await client.end();
      await once(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function once(url: string, text: string): Promise<void> {
  const client = await connectPostgres(url);
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

export async function connectPostgres(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString, types: NUMBERS, connectionTimeoutMillis: 10_000 });
  // Without a listener the loss of an idle connection ends the process; the next query reports it.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** `?` becomes `$1`, `$2` and so on. A text without parameters is left alone. */
export function numbered(text: string, parameters: readonly unknown[]): string {
  let count = 0;
  return parameters.length === 0 ? text : text.replaceAll('?', () => `$${(count += 1)}`);
}
