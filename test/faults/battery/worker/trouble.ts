import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LockService } from 'nestjs-marathon';
import { DataSource } from 'typeorm';
import { LEVEL_QUERY, levelOf, type LevelRow } from './isolation-level.js';
import { note } from './journal.js';

/** What the battery can ask of an instance. */
export type Trouble =
  /** Nothing else runs in this process meanwhile. */
  | { readonly type: 'block'; readonly ms: number }
  /** Holds all connections of the application's own pool. */
  | { readonly type: 'saturate'; readonly ms: number }
  /** Ends somebody's grant. */
  | { readonly type: 'force'; readonly name: string; readonly fence: number }
  /** Tells what its wall clock shows. */
  | { readonly type: 'clock' }
  /** Tells the isolation level of a session that asks for none. */
  | { readonly type: 'level' };

export interface Asked {
  /** That of the answer, which may come when nobody waits for it any more. */
  readonly id: number;
  readonly trouble: Trouble;
}

/** What it answers once that is over. */
export interface Troubled {
  readonly id: number;
  readonly isDone: boolean;
  readonly wallAt: number;
  readonly level?: string;
}

@Injectable()
export class Troublemaker implements OnApplicationBootstrap {
  constructor(
    private readonly dataSource: DataSource,
    private readonly locks: LockService,
  ) {}

  onApplicationBootstrap(): void {
    process.on('message', (asked: Asked) => void this.#answer(asked));
  }

  async #answer({ id, trouble }: Asked): Promise<void> {
    // What fails here failed because of another trouble, and counts for nothing.
    const made = await this.#make(trouble).then(
      (found) => ({ isDone: true, ...found }),
      () => ({ isDone: false }),
    );
    const answer: Troubled = { id, wallAt: Date.now(), ...made };
    process.send?.(answer);
  }

  async #make(trouble: Trouble): Promise<Pick<Troubled, 'level'> | void> {
    if (trouble.type === 'block') return block(trouble.ms);
    if (trouble.type === 'saturate') return this.#saturate(trouble.ms);
    if (trouble.type === 'clock') return;
    if (trouble.type === 'level') return { level: await this.#level() };
    const { name, fence } = trouble;
    // Before it asks: whether it is told that it was done or not, it may have been.
    note('forcing', { name, fence });
    return this.locks.forceRelease(name, { fence, reason: 'a battery of faults' });
  }

  async #level(): Promise<string> {
    const { type } = this.dataSource.options;
    return levelOf(await this.dataSource.query<LevelRow[]>(LEVEL_QUERY[type]!));
  }

  async #saturate(ms: number): Promise<void> {
    const { poolSize = 1 } = this.dataSource.options as { poolSize?: number };
    const hold = (): Promise<void> =>
      this.dataSource.transaction(async (manager) => {
        await manager.query('SELECT 1');
        await pause(ms);
      });
    await Promise.all(Array.from({ length: poolSize }, hold));
  }
}

/** As a long loop would, but without taking the processor from the others. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
