import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withoutPassword } from './database.js';

/** Where the shop keeps its tables. */
export interface Place {
  readonly url: string;
  /** For people. */
  readonly label: string;
  /** Cleans up what was made for this start only. */
  discard(): Promise<void>;
}

/** The database of DATABASE_URL, or else a SQLite file that nobody has used before. */
export async function choosePlace(): Promise<Place> {
  const url = process.env['DATABASE_URL'];
  if (url) return { url, label: withoutPassword(url), discard: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'nestjs-marathon-'));
  const file = join(folder, 'shop.sqlite');
  return {
    url: `sqlite:${file}`,
    label: `SQLite, ${file} (removed at the end)`,
    discard: () => rm(folder, { recursive: true, force: true }),
  };
}
