import { spawn } from 'node:child_process';
import { atTheEnd } from './at-the-end.js';
import type { Ended } from './verdict.js';

/** Runs Node on these arguments. What it has started itself ends with it when the time is over. */
export function runProcess(
  args: readonly string[],
  folder: string,
  timeoutMs: number,
): Promise<Ended> {
  // In a group of its own, so that none of its own processes outlives it.
  const child = spawn(process.execPath, args, {
    cwd: folder,
    // A killer that left out what it has no server for would have noticed nothing.
    env: { ...process.env, MARATHON_TEST_REQUIRE: 'all' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  let isLate = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const isOver = atTheEnd(() => endGroup(child.pid));
  const timer = setTimeout(() => {
    isLate = true;
    endGroup(child.pid);
  }, timeoutMs);
  return new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: isLate ? undefined : (code ?? -1), output }));
  }).finally(() => {
    clearTimeout(timer);
    isOver();
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It may have ended this very moment.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
