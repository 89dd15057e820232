import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { locate } from '../resources.js';
import { randomName } from './random-name.js';
import type { TestDatabase } from './test-database.js';
import { optionsFromUrl, withDatabase } from './url.js';

export async function createMariadb(): Promise<TestDatabase> {
  const server = locate('mariadb');
  const name = randomName();
  await once(server, async (admin) => void (await admin.query(`CREATE DATABASE ${name}`)));
  const url = withDatabase(server, name);
  const connection = await connectMariadb(url);
  return {
    dialect: 'mariadb',
    options: optionsFromUrl(url),
    url,
    query: async <Row>(text: string, parameters: readonly unknown[] = []) => {
      const [rows] = await connection.query(text, [...parameters]);
      return (Array.isArray(rows) ? rows : []) as Row[];
    },
    drop: async () => {
      await connection.end();
      await once(server, (admin) => dropByForce(admin, name));
    },
  };
}

/** A connection that a test left inside a transaction would block DROP DATABASE for a day. */
async function dropByForce(admin: Connection, name: string): Promise<void> {
  const [left] = await admin.query<RowDataPacket[]>(
    'SELECT id FROM information_schema.processlist WHERE db = ?',
    [name],
  );
  for (const { id } of left) {
    await admin.query('KILL ?', [id]).catch(() => {}); // it may have ended by itself meanwhile
  }
  await admin.query(`DROP DATABASE ${name}`);
}

async function once(url: string, work: (admin: Connection) => Promise<void>): Promise<void> {
  const admin = await connectMariadb(url);
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

export async function connectMariadb(url: string): Promise<Connection> {
  const connection = await createConnection({
    // mysql2 reads the scheme only to tell whether there is one.
    uri: url.replace(/^\w+:/, 'mysql:'),
    decimalNumbers: true, // as the other drivers are told to: oracles compare numbers
  });
  // Without a listener the loss of an idle connection ends the process; the next query reports it.
  connection.on('error', () => {});
  return connection;
}
