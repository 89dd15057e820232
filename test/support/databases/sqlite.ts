import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { TestDatabase } from './test-database.js';
import { optionsFromUrl } from './url.js';

export async function createSqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'marathon-sqlite-'));
  const path = join(folder, 'test.sqlite');
  const handle = new Database(path);
  handle.pragma('journal_mode = WAL'); // a property of the file: every later connection has it
  const url = `sqlite:${path}`;
  return {
    dialect: 'sqlite',
    options: optionsFromUrl(url),
    url,
    query: async <Row>(text: string, parameters: readonly unknown[] = []) => {
      const statement = handle.prepare(text);
      if (statement.reader) return statement.all(...parameters) as Row[];
      statement.run(...parameters);
      return [];
    },
    drop: async () => {
      handle.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
