import { execFileSync } from 'node:child_process';
import type { Ground } from './grounds/ground.js';

const VERSION: Readonly<Record<Ground['dialect'], string>> = {
  postgres: 'SELECT version() AS version',
  mariadb: 'SELECT version() AS version',
  sqlite: 'SELECT sqlite_version() AS version',
};

/** Of what the figures are. */
export interface Provenance {
  readonly commit: string;
  /** Whether the tree had changes that are in no commit. */
  readonly isDirty: boolean;
  readonly database: string;
  readonly node: string;
  readonly date: string;
}

export async function provenance({ dialect, query }: Ground): Promise<Provenance> {
  const [row] = await query<{ version: string }>(VERSION[dialect]);
  return {
    commit: git('rev-parse', 'HEAD'),
    isDirty: git('status', '--porcelain') !== '',
    database: row!.version,
    node: process.version,
    date: new Date().toISOString(),
  };
}

/** Without git, as in a package that was unpacked, there is no commit to tell. */
function git(...args: string[]): string {
  try {
    return execFileSync('git', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
