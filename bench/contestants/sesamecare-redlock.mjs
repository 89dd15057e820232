import { ExecutionError, Redlock } from '@sesamecare-oss/redlock';
import { Redis } from 'ioredis';

export const sesamecareRedlock = {
  title: '@sesamecare-oss/redlock',
  async open({ url, prefix }) {
    const client = new Redis(url);
    const redlock = new Redlock([client], { retryCount: 0 });
    redlock.on('error', () => {}); // it tells of every lost race there as well
    return {
      async acquire(name) {
        try {
          return await redlock.acquire([prefix + name], 60_000);
        } catch (error) {
          if (error instanceof ExecutionError) return undefined;
          throw error;
        }
      },
      release: (lock) => lock.release(),
      close: () => client.quit(),
    };
  },
};
