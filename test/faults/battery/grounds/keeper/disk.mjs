import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../../support/servers/program.mjs';

/** Room for the history of some millions of changes. Memory is taken by what is written only. */
const SIZE = 4 * 1024 ** 3;

/** While the server frees and takes, the disk's size runs after it. */
const ATTEMPTS = 50;

/**
 * A disk of its own below a folder, in memory. Where it cannot be mounted, `unlimited` says why, and
 * it is a folder like any other.
 */
export async function mountDisk(parent, scope) {
  const folder = join(parent, 'disk');
  await mkdir(folder);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=0755`, 'marathon', folder]);
  } catch (error) {
    return { folder, unlimited: error.message };
  }
  scope.defer(() => unmount(folder));
  return {
    folder,
    /** Makes the disk as small as what lies on it, which costs no memory. */
    fill: async () => {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const { bsize, blocks, bfree } = await statfs(folder);
        if (bfree === 0) return;
        // Refused if more was written since: then once more.
        await resize(folder, (blocks - bfree) * bsize).catch(() => {});
      }
      throw new Error(`The disk at ${folder} could not be filled: it changes too fast.`);
    },
    free: () => resize(folder, SIZE),
  };
}

function resize(folder, size) {
  return run('mount', ['-o', `remount,size=${size}`, folder]);
}

/** Lazily: whoever still has a file open there must not keep the folder from being removed. */
export function unmount(folder) {
  return run('umount', ['--lazy', folder]);
}
