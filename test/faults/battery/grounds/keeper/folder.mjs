import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../../../support/is-alive.mjs';
import { unmount } from './disk.mjs';

/** The process that looks after a folder is in its name. */
const PREFIX = 'marathon-ground-';

/** A folder for a ground, gone with the scope. What others left that were killed goes now. */
export async function newFolder(scope) {
  await sweep();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  scope.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function sweep() {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX) || isAlive(Number.parseInt(name.slice(PREFIX.length)))) continue;
    const folder = join(tmpdir(), name);
    // First the files: a server that is left over ends when it finds that its own are gone.
    await rm(folder, { recursive: true, force: true }).catch(() => {});
    await unmount(join(folder, 'disk')).catch(() => {});
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}
