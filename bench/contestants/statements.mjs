import { randomUUID } from 'node:crypto';
import { LockService } from 'nestjs-marathon';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { application } from './marathon.mjs';

const RECORDED = 'recorded';

/** What ours sends for one name, recorded and sent again by a client of `pg` and by nothing else. */
export const ourStatements = {
  title: 'our statements by `pg`',
  async open(server) {
    const [acquire, release] = await recorded(server);
    const [, , ownerThen] = acquire.values;
    const fenceThen = release.values.find((value) => value > 1e12);
    const client = new pg.Client(server.url);
    await client.connect();
    const again = async (query, replaced) => {
      const values = query.values.map((value) => replaced.get(value) ?? value);
      return (await client.query({ ...query, values })).rows[0];
    };
    return {
      async acquire(name) {
        const owner = randomUUID();
        const replaced = new Map([
          [RECORDED, name],
          [ownerThen, owner],
        ]);
        const row = await again(acquire, replaced);
        return row.owner === owner ? replaced.set(fenceThen, row.fence) : undefined;
      },
      release: (replaced) => again(release, replaced),
      close: () => client.end(),
    };
  },
};

/** The queries of an acquire and of a release. */
async function recorded(server) {
  const source = { poolSize: 1 };
  const app = await application('postgres', server, { options: { connection: 'shared' }, source });
  const client = await app.get(DataSource).driver.master.connect();
  const queries = [];
  const { query } = client;
  client.query = function (config, ...rest) {
    queries.push(config);
    return query.call(this, config, ...rest);
  };
  client.release();
  const lease = await app.get(LockService).acquire(RECORDED, '1m');
  await lease.release();
  await app.close();
  return queries;
}
