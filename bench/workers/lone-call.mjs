import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { systemClock } from '../../lib/core/clock.js';
import { CoalescedStore } from '../../lib/core/coalesced-store.js';
import { openLockStore } from '../../lib/sql/open-lock-store.js';
import { sideBySide } from '../measure.mjs';

const TIMEOUT_MS = 5000;

const source = await new DataSource({ type: 'postgres', url: process.argv[2] }).initialize();
const options = { connection: 'dedicated', createTable: true, preparedStatements: true };
const store = await openLockStore(source, { ...options, warn: console.warn });
const coalesced = new CoalescedStore(systemClock, store, () => Infinity);
const request = () => ({ name: 'lone', owner: randomUUID(), instance: 'bench', ttlMs: 600_000 });
await store.acquire([request()], TIMEOUT_MS);
const measured = await sideBySide({
  direct: () => store.acquire([request()], TIMEOUT_MS),
  coalesced: () => coalesced.acquire(request(), () => {}),
});
process.send({ direct: measured.direct.passes, coalesced: measured.coalesced.passes });
await store.close();
await source.destroy();
process.disconnect();
