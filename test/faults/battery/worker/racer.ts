import { setTimeout as pause } from 'node:timers/promises';
import { LockService, type Lease } from 'nestjs-marathon';
import { createApplication } from './application.js';
import { monotonicMs, note, startHeartbeat } from './journal.js';
import { RACERS, type Race, type Raced } from './race.js';
import { ownSettings } from './settings.js';

// 50 instances in one process, which all ask for a name in one turn of the event loop.
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'));
process.stdin.resume();
process.stdin.unref();

const settings = ownSettings();
const racers: LockService[] = [];
for (let racer = 0; racer < RACERS; racer += 1) {
  const app = await createApplication(settings);
  racers.push(app.get(LockService));
}
startHeartbeat();
note('up');

process.on('message', (race: Race) => void run(race));
process.send?.('up');

/** When the lease ends that a race has left behind. This machine's clock is the database's. */
const endsAt = new Map<string, number>();

async function run(race: Race): Promise<void> {
  const leftMs = (endsAt.get(race.name) ?? 0) - Date.now() + race.aroundMs;
  if (leftMs > 0) await pause(leftMs);
  const since = monotonicMs();
  const outcomes = await Promise.all(racers.map((locks) => runOne(locks, race)));
  const winners = outcomes.filter((outcome) => typeof outcome === 'object');
  const failures = outcomes.filter((outcome) => outcome === 'failed').length;
  note('raced', { name: race.name, since, winners: winners.length, failures });
  for (const lease of winners) await finish(lease, race);
  const raced: Raced = { failures };
  process.send?.(raced);
}

async function runOne(
  locks: LockService,
  { name, ttlMs }: Race,
): Promise<Lease | 'refused' | 'failed'> {
  const since = monotonicMs();
  try {
    const lease = await locks.acquire(name, { ttl: ttlMs, renew: false });
    if (!lease) return 'refused';
    const { fence } = lease;
    note('started', { name, fence, cron: false, holdMs: 0 });
    note('ended', { name, fence });
    return lease;
  } catch (error) {
    note('told', { name, waitMs: 0, since, outcome: 'failed', reason: (error as Error).name });
    return 'failed';
  }
}

async function finish(lease: Lease, { name, gives }: Race): Promise<void> {
  // The database may have gone meanwhile: then the lease is left to expire too.
  if (gives) await lease.release().catch(() => {});
  else endsAt.set(name, lease.expiresAt.getTime());
}
