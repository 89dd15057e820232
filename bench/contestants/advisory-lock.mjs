import { createRequire } from 'node:module';

const { default: advisory } = createRequire(import.meta.url)('advisory-lock');

/** Opens a connection for each lock, and holds the lock as long as that. */
export const advisoryLock = {
  title: 'advisory-lock',
  async open({ url }) {
    const mutex = advisory(url);
    return {
      acquire: (name) => mutex(name).tryLock(),
      release: (unlock) => unlock(),
      close: async () => {},
    };
  },
};
