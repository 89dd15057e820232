import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Settings } from './worker/settings.js';

/**
 * Starts what was built, as plain Node.js would: without the compiler that this process runs with,
 * which would give it the package's sources. What it prints lies beside its journal.
 */
export function startProcess(
  file: string,
  settings: Settings,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const log = openSync(logOf(settings), 'a');
  const child = fork(file, [JSON.stringify(settings)], {
    env: { ...process.env, ...env },
    execArgv: [],
    stdio: ['pipe', log, log, 'ipc'],
  });
  closeSync(log);
  return child;
}

/** The last that it said. */
export async function lastWords(settings: Pick<Settings, 'journal'>): Promise<string> {
  return (await readFile(logOf(settings), 'utf8')).slice(-2000);
}

function logOf({ journal }: Pick<Settings, 'journal'>): string {
  return journal.replace(/journal$/, 'log');
}
