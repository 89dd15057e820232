import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const REMEDY = 'Install it (Debian, Ubuntu: apt-get install libfaketime).';

/** The variant for programs with several threads, which every Node.js process is. */
const LIBRARY = 'libfaketimeMT.so.1';

/** Finds the library that shifts a process's clock. */
export function findLibfaketime() {
  const roots = ['/usr/lib', '/usr/lib64', '/usr/local/lib'].filter((root) => existsSync(root));
  // Debian has a folder for each architecture in between, such as x86_64-linux-gnu.
  const folders = roots.flatMap((root) => [
    root,
    ...readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.name.includes('linux-gnu'))
      .map((entry) => join(root, entry.name)),
  ]);
  const path = folders.map((folder) => join(folder, 'faketime', LIBRARY)).find(existsSync);
  return path
    ? { name: 'faketime', url: path }
    : { name: 'faketime', reason: `no ${LIBRARY} on this machine\n${REMEDY}` };
}
