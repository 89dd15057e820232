import { Redis } from 'ioredis';
import { createLock, IoredisAdapter, LockAcquisitionError } from 'redlock-universal';

export const redlockUniversal = {
  title: 'redlock-universal',
  async open({ url, prefix }) {
    const client = new Redis(url);
    const adapter = new IoredisAdapter(client);
    const lockOf = (name) =>
      createLock({ adapter, key: prefix + name, ttl: 60_000, retryAttempts: 0 });
    return {
      async acquire(name) {
        const lock = lockOf(name);
        try {
          return { lock, handle: await lock.acquire() };
        } catch (error) {
          if (error instanceof LockAcquisitionError) return undefined;
          throw error;
        }
      },
      release: ({ lock, handle }) => lock.release(handle),
      close: () => client.quit(),
    };
  },
};
