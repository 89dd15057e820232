import type { Ground } from './ground.js';
import {
  changeOf,
  commitsOf,
  type HistoryRow,
  type PlacedChange,
  type PlacedWrite,
} from './history.js';
import type { Keeper } from './keeper/handle.js';

interface Parts {
  readonly keeper: Keeper;
  /** The connection behind `query`. */
  readonly owner: { close(): unknown };
  readonly query: Ground['query'];
  /** In this database's words. */
  readonly sql: Readonly<Record<'NOW' | 'CHANGES' | 'PLACED_CHANGES' | 'PLACED_WRITES', string>>;
}

/** What is the same on every ground. */
export function common({ keeper, owner, query, sql }: Parts) {
  return {
    query,
    async now() {
      const [row] = await query<{ now: number }>(`SELECT ${sql.NOW} AS now`);
      return row!.now;
    },
    changes: async () => (await query<HistoryRow>(sql.CHANGES)).map(changeOf),
    commits: async () =>
      commitsOf(
        await query<PlacedChange>(sql.PLACED_CHANGES),
        await query<PlacedWrite>(sql.PLACED_WRITES),
      ),
    deadlocks: () => keeper.ask('deadlocks'),
    guard(pid: number) {
      // Not awaited: it may be restarting a server, and is told all in its order.
      void keeper.ask('guard', pid);
      return () => void keeper.ask('unguard', pid);
    },
    async close() {
      await owner.close();
      await keeper.close();
    },
  };
}
