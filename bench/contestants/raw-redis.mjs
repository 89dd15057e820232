import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

const TTL_MS = 60_000;
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;

/** The least that a lock in Redis can do: https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/ */
export const rawRedis = {
  title: 'raw `ioredis`',
  async open({ url, prefix }) {
    const client = new Redis(url);
    client.defineCommand('marathonBenchRelease', { numberOfKeys: 1, lua: RELEASE });
    return {
      async acquire(name) {
        const owner = randomUUID();
        const said = await client.set(prefix + name, owner, 'PX', TTL_MS, 'NX');
        return said === 'OK' ? { name, owner } : undefined;
      },
      release: ({ name, owner }) => client.marathonBenchRelease(prefix + name, owner),
      close: () => client.quit(),
    };
  },
};
