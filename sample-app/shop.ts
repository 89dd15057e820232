import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { DataSource } from 'typeorm';
import { openDatabase } from './database.js';
import { Fleet } from './fleet/fleet.js';
import { killTheHolder } from './fleet/kill-the-holder.js';
import { printHeader } from './header.js';
import { SYNC } from './inventory/jobs.js';
import { JournalReader } from './journal/journal.reader.js';
import { say } from './output.js';
import { pause } from './pause.js';
import { choosePlace } from './place.js';
import { judge, type Verdict } from './verdict/verdict.js';

const INSTANCES = 3;
const KILL_AFTER_SECONDS = 8;

/** How long the shop is open: until `closing` is aborted, which it does itself after `seconds`. */
export interface OpeningHours {
  readonly seconds?: number | undefined;
  readonly closing: AbortController;
}

/** Opens the shop, lets one instance die in it, closes it, and judges what was written. */
export async function runShop(hours: OpeningHours): Promise<Verdict> {
  const place = await choosePlace();
  try {
    const dataSource = await openDatabase(place.url);
    printHeader(place.label, hours.seconds);
    return await run(place.url, dataSource, hours).finally(() => dataSource.destroy());
  } finally {
    await place.discard();
  }
}

async function run(url: string, dataSource: DataSource, hours: OpeningHours): Promise<Verdict> {
  const session = randomUUID();
  const journal = new JournalReader(dataSource, session);
  const fleet = new Fleet({ url, session }, () => journal.now());
  let closedAt = Infinity;
  try {
    await keepOpen(fleet, journal, hours);
  } finally {
    closedAt = Date.now();
    say('Closing: each instance stops its runs and gives its locks back.');
    await fleet.stop();
  }
  const { goneAt, deserters } = fleet;
  return judge(
    { rows: await journal.all(), goneAt, deserters },
    { ...SYNC, job: SYNC.name, closedAt },
  );
}

async function keepOpen(
  fleet: Fleet,
  journal: JournalReader,
  { seconds = Infinity, closing }: OpeningHours,
): Promise<void> {
  const closed = once(closing.signal, 'abort');
  const started = Array.from({ length: INSTANCES }, () => fleet.launch().ready);
  await Promise.race([Promise.all(started), closed]);
  const timer = Number.isFinite(seconds) && setTimeout(() => closing.abort(), seconds * 1000);
  try {
    await pause(Math.min(KILL_AFTER_SECONDS, seconds / 3) * 1000, closing.signal);
    await killTheHolder(fleet, journal, closing.signal);
    await closed;
  } finally {
    if (timer) clearTimeout(timer);
  }
}
