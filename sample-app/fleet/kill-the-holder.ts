import { SYNC } from '../inventory/jobs.js';
import type { JournalReader } from '../journal/journal.reader.js';
import type { Run } from '../journal/run.entity.js';
import { say, shout } from '../output.js';
import { pause } from '../pause.js';
import type { Fleet } from './fleet.js';

const LOOK_EVERY_MS = 50;
/** A run takes longer than this, so that this is in the middle of it. */
const LET_IT_RUN_MS = 300;

/**
 * Kills whichever instance synchronises the inventory, in the middle of it, starts another in its
 * place, and waits until one of them takes over. Gives up when the shop closes.
 */
export async function killTheHolder(
  fleet: Fleet,
  journal: JournalReader,
  closing: AbortSignal,
): Promise<void> {
  const run = await killed(fleet, journal, closing);
  if (!run) return;
  const killedAt = fleet.goneAt.get(run.instance)!;
  shout(`killed ${run.instance} with SIGKILL in the middle of ${SYNC.name}`, 'red');
  say(`Nobody gives its lock back: it stays taken until the lease of ${SYNC.ttl} has expired.`);
  fleet.launch();
  const next = await waitFor(() => journal.firstAfter(SYNC.name, killedAt), closing);
  if (!next) return;
  const seconds = ((next.startedAt - killedAt) / 1000).toFixed(1);
  shout(`${next.instance} took ${SYNC.name} over, ${seconds} s after the kill`, 'green');
}

async function killed(
  fleet: Fleet,
  journal: JournalReader,
  closing: AbortSignal,
): Promise<Run | undefined> {
  const run = await waitFor(() => journal.running(SYNC.name), closing);
  await pause(LET_IT_RUN_MS, closing);
  if (!run || closing.aborted) return undefined;
  if (await journal.hasEnded(run)) return killed(fleet, journal, closing);
  await fleet.kill(run.instance);
  if (!(await journal.hasEnded(run))) return run;
  // It was over in the very moment of the kill. The next one, then.
  fleet.launch();
  return killed(fleet, journal, closing);
}

async function waitFor<T>(
  look: () => Promise<T | null>,
  closing: AbortSignal,
): Promise<T | undefined> {
  while (!closing.aborted) {
    const found = await look();
    if (found) return found;
    await pause(LOOK_EVERY_MS, closing);
  }
  return undefined;
}
