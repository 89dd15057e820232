import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, describeDatabases, type TestDatabase } from '../support/databases.js';
import { startWorker, type Worker, type WorkerMessage } from '../support/worker.js';
import { Contender, fresh, holder } from './support/contender.js';
import { newApplication, openStore } from './support/sql-harness.js';
import { oracles } from './support/oracles.js';

const TURNS = 10;
/** Of each of the workers. Some are ahead of UTC, some behind, some not by whole hours. */
const ZONES = [
  'UTC',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'America/New_York',
];

/** Instances as they are in life: processes of their own. The same ones serve each database. */
let workers: Worker[];

beforeAll(async () => {
  const file = new URL('./workers/instance.ts', import.meta.url);
  workers = ZONES.map((TZ) => startWorker(file, { env: { TZ } }));
  const ready = await Promise.all(workers.map(({ messages }) => messages.next('ready', 30_000)));
  expect(new Set(ready.map(({ zone }) => zone)).size).toBe(ZONES.length);
});
afterAll(() => workers.forEach((worker) => worker.kill()));

async function tell(worker: Worker, order: WorkerMessage): Promise<WorkerMessage> {
  await worker.send(order);
  const reply = await worker.messages.waitFor(({ type }) => type !== 'ready', 30_000);
  if (reply.type !== 'done') throw new Error(`A worker failed: ${String(reply.error)}`);
  return reply;
}

const tellAll = (order: WorkerMessage) => Promise.all(workers.map((worker) => tell(worker, order)));

describeDatabases(`${ZONES.length} processes in as many time zones`, (dialect) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase(dialect);
    await database.query('CREATE TABLE counter (total INT)');
    await database.query('INSERT INTO counter VALUES (0)');
  });
  afterAll(async () => {
    await tellAll({ type: 'close' });
    await database.drop();
  });

  it('start at once on an empty database, and all succeed', async () => {
    await tellAll({ type: 'open', url: database.url });
    expect(await database.query('SELECT * FROM marathon_lock')).toEqual([]);
  });

  it(`count to ${ZONES.length * TURNS} under one lock, with a counter that is not safe`, async () => {
    const replies = await tellAll({ type: 'count', name: 'counting', times: TURNS });
    const many = ZONES.length * TURNS;
    expect(await database.query('SELECT total FROM counter')).toEqual([{ total: many }]);
    expect(new Set(replies.flatMap(({ fences }) => fences as number[])).size).toBe(many);
  });

  describe('and this one', () => {
    const now = async (): Promise<number> => {
      const [row] = await database.query<{ now: number }>(oracles[dialect].now);
      return row!.now;
    };

    it('agree on who holds what, and until when', async () => {
      const application = await newApplication(database);
      const store = await openStore(application);
      for (const worker of workers.slice(1)) {
        const beforeAt = await now();
        const name = fresh();
        const reply = await tell(worker, { type: 'acquire', name });
        const afterAt = await now();

        const { acquiredAt, expiresAt, fence } = reply.answer as Record<string, number>;
        expect(acquiredAt).toBeGreaterThanOrEqual(beforeAt - 1);
        expect(acquiredAt).toBeLessThanOrEqual(afterAt + 1);
        expect(await new Contender(store, name).refused()).toMatchObject({
          reason: 'held',
          record: { instance: reply.instance, fence, acquiredAt, lockedUntil: expiresAt },
        });
        await database.query('UPDATE marathon_lock SET locked_until = ? WHERE name = ?', [
          afterAt,
          name,
        ]);
        const lease = await holder(store, name);
        expect(await tell(worker, { type: 'acquire', name })).toMatchObject({
          answer: { granted: false, reason: 'held', record: { fence: lease.fence } },
        });
      }
      await store.close();
      await application.destroy();
    });
  });
});
