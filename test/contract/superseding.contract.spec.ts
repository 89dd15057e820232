import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import type { Lease } from '../../lib/nest/lease.js';
import type { LockService } from '../../lib/nest/lock.service.js';
import { describeDatabases, type Dialect } from '../support/databases.js';
import { lockService } from './support/algorithm.js';
import { opened, type SqlHarness } from './support/harness.js';
import { newApplication, openSql, openStore } from './support/sql-harness.js';

const WORKERS = 8;
const TURNS = 12;
const NAME = 'contested';

/** Writes through a lease, or past it. */
type Write = (worker: Worker, lease: Lease, work: Work) => Promise<unknown>;
type Work = (manager: EntityManager) => Promise<void>;

interface Worker {
  readonly locks: LockService;
  readonly application: { transaction(work: Work): Promise<unknown> };
}

/**
 * Each worker takes the name from whoever has it, at a moment that chance chooses, and then writes
 * its fence into one row. A commit that replaces a higher fence is a violation; it is found inside
 * of the transaction that makes it, and stays in the database if that commits.
 */
describeDatabases(`${WORKERS} workers whose grants are superseded at random`, (dialect) => {
  const harness = opened(async () => {
    const opening = await openSql(dialect);
    await opening.database.query('CREATE TABLE account (fence bigint NOT NULL)');
    await opening.database.query('INSERT INTO account VALUES (0)');
    await opening.database.query('CREATE TABLE violation (fence bigint NOT NULL, seen bigint)');
    return opening;
  });

  it('never commit an older write after a newer one, by the transactions of their leases', async () => {
    const told = await contestUntil(
      ({ committed, refused }) => committed > 0 && refused > 0,
      () => contest(harness(), dialect, (_worker, lease, work) => lease.transaction(work)),
    );
    expect(told.violations).toBe(0);
  });

  it('do so by ordinary transactions, which shows that this test can fail', async () => {
    await contestUntil(
      ({ violations }) => violations > 0,
      () =>
        contest(harness(), dialect, ({ application }, _lease, work) =>
          application.transaction(work),
        ),
    );
  });
});

interface Told {
  readonly violations: number;
  readonly committed: number;
  readonly refused: number;
}

const MOST_CONTESTS = 10;

/** Chance decides who overtakes whom, so it gets several goes to make what is looked for. */
async function contestUntil(
  isSeen: (told: Told) => boolean,
  hold: () => Promise<Told>,
): Promise<Told> {
  for (let contests = 1; contests <= MOST_CONTESTS; contests += 1) {
    const told = await hold();
    if (isSeen(told)) return told;
  }
  throw new Error(`Not seen in ${MOST_CONTESTS} contests.`);
}

async function contest(harness: SqlHarness, dialect: Dialect, write: Write): Promise<Told> {
  await harness.database.query('UPDATE account SET fence = 0');
  const applications = await Promise.all(
    Array.from({ length: WORKERS }, () => newApplication(harness.database)),
  );
  const stores = await Promise.all(applications.map((application) => openStore(application)));
  const workers = applications.map((application, index) => ({
    application,
    locks: lockService(stores[index]!, undefined, application),
  }));
  const outcomes = await Promise.all(
    workers.map((worker) => take(worker, (lease) => write(worker, lease, work(dialect, lease)))),
  );
  await Promise.all(stores.map((store) => store.close()));
  await Promise.all(applications.map((application) => application.destroy()));
  const violations = await harness.database.query('SELECT * FROM violation');
  const all = outcomes.flat();
  const committed = all.filter((outcome) => outcome === 'committed').length;
  return { violations: violations.length, committed, refused: all.length - committed };
}

/** Takes the name again and again, from its holder if need be, and writes each time. */
async function take(
  { locks }: Worker,
  write: (lease: Lease) => Promise<unknown>,
): Promise<('committed' | 'refused')[]> {
  const outcomes: ('committed' | 'refused')[] = [];
  while (outcomes.length < TURNS) {
    await pause(Math.random() * 5);
    const lock = await locks.inspect(NAME);
    if (lock?.state === 'held') await supersede(locks, lock.fence);
    const lease = await locks.acquire(NAME);
    if (!lease) continue;
    await pause(Math.random() * 10);
    const outcome = await write(lease).then(
      () => 'committed' as const,
      (error: { code?: string }) => {
        if (error.code !== 'MARATHON_LEASE_LOST' && !isBusy(error)) throw error;
        return 'refused' as const;
      },
    );
    outcomes.push(outcome);
    await lease.release();
  }
  return outcomes;
}

async function supersede(locks: LockService, fence: number): Promise<void> {
  await locks.forceRelease(NAME, { fence, reason: 'a test' }).catch((error: { code: string }) => {
    if (error.code !== 'MARATHON_FENCE_MOVED') throw error;
  });
}

/** An ordinary transaction on SQLite is not asked again when another process writes. */
function isBusy({ code }: { readonly code?: string }): boolean {
  return code !== undefined && code.startsWith('SQLITE_BUSY');
}

function work(dialect: Dialect, { fence }: Lease): Work {
  return async (manager) => {
    await pause(Math.random() * 10);
    const lock = dialect === 'sqlite' ? '' : ' FOR UPDATE';
    const [row] = await manager.query<{ fence: unknown }[]>(`SELECT fence FROM account${lock}`);
    const seen = Number(row!.fence);
    if (seen > fence) await manager.query(`INSERT INTO violation VALUES (${fence}, ${seen})`);
    await manager.query(`UPDATE account SET fence = ${fence}`);
  };
}
