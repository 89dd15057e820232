import { once } from 'node:events';
import { afterEach, expect, it } from '@jest/globals';
import { describeDatabases, optionsFromUrl, throughPort } from '../support/databases.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Contender, fresh, holder, TTL_MS } from './support/contender.js';
import { opened } from './support/harness.js';
import { until } from '../support/poll.js';
import { openSql } from './support/sql-harness.js';

/** Far above what an answer takes. */
const DEADLINE_MS = 250;
/** Far below what anybody would wait for, and above any delay of a busy machine. */
const IN_TIME_MS = 5000;

const UNKNOWN = { name: 'LockStoreError', outcome: 'unknown', retryable: true };

describeDatabases(
  'the store, behind a network that fails',
  (dialect) => {
    let proxy: TcpProxy;

    const harness = opened(async () => {
      const options: Record<string, unknown> = {};
      const prepare = async ({ url }: { readonly url: string }): Promise<void> => {
        proxy = await TcpProxy.start({ port: Number(new URL(url).port) });
        Object.assign(options, optionsFromUrl(throughPort(url, proxy.port)));
      };
      const opening = await openSql(dialect, { options, prepare });
      const close = opening.close.bind(opening);
      opening.close = async () => {
        await close();
        await proxy.close();
      };
      return opening;
    });

    afterEach(async () => {
      await proxy.setMode('forward');
    });

    /** How a call ends, if it ends in time. */
    const ending = async (call: Promise<unknown>): Promise<unknown> => {
      const startedAt = performance.now();
      const outcome = await call.catch((error: unknown) => error);
      expect(performance.now() - startedAt).toBeLessThan(IN_TIME_MS);
      return outcome;
    };

    const acquire = (name = fresh()): Promise<unknown> =>
      ending(new Contender(harness().store, name).acquire(DEADLINE_MS));

    const serves = (): Promise<unknown> =>
      until('a call is served again', async () => {
        const answer = await new Contender(harness().store, fresh())
          .acquire()
          .catch(() => undefined);
        return answer?.granted;
      });

    it('ends a call on a silent connection in time, as unknown, and serves later ones', async () => {
      await holder(harness().store, fresh());
      await proxy.setMode('silent');
      expect(await acquire()).toMatchObject(UNKNOWN);
      await proxy.setMode('forward');
      await holder(harness().store, fresh());
    });

    it('ends every verb in time', async () => {
      const { store } = harness();
      const lease = await holder(store, fresh());
      for (const call of [
        () => lease.renew(TTL_MS, DEADLINE_MS),
        () => lease.release({}, DEADLINE_MS),
        () => store.inspect([lease.request.name], DEADLINE_MS),
      ]) {
        await serves();
        await proxy.setMode('silent');
        expect(await ending(call())).toMatchObject(UNKNOWN);
        await proxy.setMode('forward');
      }
      expect(await lease.renew()).toMatchObject({ renewed: true });
      expect(await lease.release()).toBe('released');
    });

    it('ends more calls at once than it has connections, again and again', async () => {
      await serves();
      await proxy.setMode('silent');
      for (let turn = 0; turn < 3; turn += 1) {
        const endings = await Promise.all(Array.from({ length: 6 }, () => acquire()));
        for (const error of endings) {
          expect(error).toMatchObject({ name: 'LockStoreError', retryable: true });
        }
      }
      // Else the attempts to connect would go on, for as long as drivers are patient.
      await proxy.setMode('reset');
      await proxy.setMode('forward');
      await serves();
      const calls = Array.from({ length: 6 }, () => holder(harness().store, fresh()));
      await Promise.all(calls);
    });

    it('keeps no connection that went silent', async () => {
      // All that the pool may have.
      await Promise.all([serves(), serves()]);
      await proxy.setMode('silent');
      await Promise.all([acquire(), acquire()]);
      await proxy.setMode('forward');
      await expect(serves()).resolves.toBe(true);
      const name = fresh();
      for (let turn = 0; turn < 5; turn += 1) {
        const lease = await holder(harness().store, name);
        expect(await lease.release()).toBe('released');
      }
    });

    it('closes though a connection is under way that nobody answers', async () => {
      const store = await harness().another();
      await proxy.setMode('silent');
      const calls = [1, 2].map(() => new Contender(store, fresh()).acquire(DEADLINE_MS));
      await Promise.all(calls.map(ending));
      await expect(store.close()).resolves.toBeUndefined();
    });

    it('finds a name to be its own when it asks again after the reply was lost', async () => {
      // On both connections, as the reply to be lost is not that of preparing the statement.
      await Promise.all([acquire(), acquire()]);
      const lease = new Contender(harness().store, fresh());
      await proxy.setMode('drop-replies');
      const lost = once(proxy, 'lost');
      expect(await ending(lease.acquire(DEADLINE_MS))).toMatchObject(UNKNOWN);
      await lost;
      await proxy.setMode('forward');

      const row = await until('the grant can be seen', () => harness().row(lease.request.name));
      expect(row).toMatchObject({ owner: lease.request.owner });
      expect(await lease.granted()).toMatchObject({ fence: row.fence });
      expect(await lease.release()).toBe('released');
    });

    it('says that a lease was released, if the first reply to that was lost', async () => {
      const lease = await holder(harness().store, fresh());
      await proxy.setMode('drop-replies');
      expect(await ending(lease.release({}, DEADLINE_MS))).toMatchObject(UNKNOWN);
      await proxy.setMode('forward');
      expect(await lease.release()).toBe('released');
      await holder(harness().store, lease.request.name);
    });

    it('does not know what became of a call whose connection is reset', async () => {
      await serves();
      await proxy.setMode('silent');
      const sent = once(proxy, 'lost');
      const call = new Contender(harness().store, fresh()).acquire();
      await sent;
      await proxy.setMode('reset');
      expect(await ending(call)).toMatchObject(UNKNOWN);
      await proxy.setMode('forward');
      await serves();
    });

    it('knows that nothing was granted where nobody listens', async () => {
      await serves();
      await proxy.setMode('reset');
      await until('the connections are gone', async () => proxy.connections === 0);
      await proxy.setMode('refuse');
      const unsent = { name: 'LockStoreError', outcome: 'unsent', retryable: true };
      // The pool may need a call or two to see that its connections are gone.
      await until('no connection is left to try', async () => {
        const error = await acquire();
        expect(error).toMatchObject({ name: 'LockStoreError', retryable: true });
        return (error as { outcome: string }).outcome === 'unsent';
      });
      expect(await acquire()).toMatchObject(unsent);
      await proxy.setMode('forward');
      await serves();
    });
  },
  ['postgres', 'mariadb'],
);
