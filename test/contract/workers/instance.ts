// An instance of an application in a process of its own: it does what the test tells it to.
import { setTimeout as pause } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { LockStoreError } from '../../../lib/core/errors.js';
import type { LockStore } from '../../../lib/core/lock-store.js';
import { openLockStore } from '../../../lib/sql/open-lock-store.js';
import { optionsFromUrl } from '../../support/databases/url.js';
import { Contender } from '../support/contender.js';

let application: DataSource;
let store: LockStore;

const tasks: Record<string, (order: Order) => Promise<object>> = {
  async open({ url }) {
    application = await new DataSource(optionsFromUrl(url)).initialize();
    store = await openLockStore(application, {
      connection: 'dedicated',
      createTable: true,
      preparedStatements: true,
      warn: () => {},
    });
    return {};
  },

  async acquire({ name }) {
    const contender = new Contender(store, name);
    return { answer: await contender.acquire(), ...contender.request };
  },

  /** Reads, yields and writes, as code does that counts on being alone. */
  async count({ name, times }) {
    const fences: number[] = [];
    for (let turn = 0; turn < times; turn += 1) {
      const lease = await locked(name);
      fences.push(lease.fence);
      const [row] = await busyIsNoError(() => application.query('SELECT total FROM counter'));
      await pause(Math.random() * 3);
      const total = Number(row.total) + 1;
      await busyIsNoError(() => application.query(`UPDATE counter SET total = ${total}`));
      await busyIsNoError(() => lease.release());
    }
    return { fences };
  },

  async close() {
    await store.close();
    await application.destroy();
    return {};
  },
};

interface Order {
  readonly type: string;
  readonly url: string;
  readonly name: string;
  readonly times: number;
}

/** Nobody tells one process that another has released, so it asks again. */
async function locked(name: string): Promise<Contender> {
  for (;;) {
    const contender = new Contender(store, name);
    const answer = await busyIsNoError(() => contender.acquire());
    if (answer.granted) return contender;
    await pause(2 + Math.random() * 8);
  }
}

/** SQLite has one writer, and the others are told to come again. */
async function busyIsNoError<Result>(call: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const busy = error instanceof LockStoreError ? error.retryable : /locked/.test(String(error));
      if (!busy) throw error;
      await pause(Math.random() * 5);
    }
  }
}

process.on('message', (order: Order) => {
  tasks[order.type]!(order).then(
    (result) => process.send?.({ type: 'done', ...result }),
    (error: unknown) => process.send?.({ type: 'failed', error: String(error) }),
  );
});

process.send?.({ type: 'ready', zone: new Date(2026, 0, 1).getTimezoneOffset() });
