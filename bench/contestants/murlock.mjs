import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MurLockModule, MurLockService } from 'murlock';

/** It has no acquire and release of its own: `runWithLock` is the pair, around an end that we choose. */
export const murlock = {
  title: 'murlock',
  async open({ url, prefix }) {
    class App {}
    Module({
      imports: [
        MurLockModule.forRoot({
          redisOptions: { url },
          wait: 0,
          maxAttempts: 1,
          logLevel: 'error',
          ignoreUnlockFail: false,
        }),
      ],
    })(App);
    const app = await NestFactory.createApplicationContext(App, { logger: false });
    const locks = app.get(MurLockService);
    return {
      acquire: (name) =>
        new Promise((resolve, reject) => {
          const run = locks.runWithLock(
            prefix + name,
            60_000,
            () => new Promise((end) => resolve({ end, run: () => run })),
          );
          run.catch((error) =>
            /Failed to (obtain|acquire)/.test(error.message) ? resolve(undefined) : reject(error),
          );
        }),
      release({ end, run }) {
        end();
        return run();
      },
      close: () => app.close(),
    };
  },
};
