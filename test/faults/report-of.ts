import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const typescript = fileURLToPath(new URL('../support/typescript.mjs', import.meta.url));

/**
 * Runs a program by a process of its own: inside of Jest, where each look at a global name passes a
 * guard, a simulation takes many times as long.
 *
 * @param program its path from here
 * @returns what it wrote to `--json`, also where it ended with 1 since it had found something
 */
export async function reportOf<Report>(program: string, args: string[]): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'marathon-report-'));
  const json = join(folder, 'report.json');
  const file = fileURLToPath(new URL(program, import.meta.url));
  const command = ['--import', typescript, file, ...args, '--json', json];
  try {
    const ended = await promisify(execFile)(process.execPath, command).catch(
      (error: Error) => error,
    );
    return JSON.parse(
      await readFile(json, 'utf8').catch(() => Promise.reject(ended as Error)),
    ) as Report;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
