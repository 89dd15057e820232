import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const TTL_S = 60;

/** Its table, by its `acquire` and `release`; `execute` would hold an advisory lock instead. */
export const medusa = {
  title: '@medusajs/locking-postgres',
  async open({ url }) {
    const { MikroORM } = require('@medusajs/framework/mikro-orm/postgresql');
    const { default: provider } = require('@medusajs/locking-postgres');
    const { Locking } = require('@medusajs/locking-postgres/dist/models');
    const { toMikroORMEntity } = require('@medusajs/framework/utils');
    const [Provider] = provider.services;
    const orm = await MikroORM.init({
      clientUrl: url,
      entities: [toMikroORMEntity(Locking)],
      pool: { min: 1, max: 10 },
    });
    const manager = orm.em.fork();
    await manager.execute(
      `CREATE TABLE IF NOT EXISTS "locking" ("id" text NOT NULL, "owner_id" text NULL,
        "expiration" timestamptz NULL, CONSTRAINT "locking_pkey" PRIMARY KEY ("id"))`,
    );
    const locking = new Provider({ manager, baseRepository: {} });
    return {
      async acquire(name) {
        const ownerId = randomUUID();
        try {
          await locking.acquire(name, { ownerId, expire: TTL_S });
          return { name, ownerId };
        } catch (error) {
          if (/lock/i.test(error.message)) return undefined;
          throw error;
        }
      },
      async release({ name, ownerId }) {
        if (!(await locking.release(name, { ownerId }))) throw new Error(`${name} was not ours`);
      },
      close: () => orm.close(true),
    };
  },
};
