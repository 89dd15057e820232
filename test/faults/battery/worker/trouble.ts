import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LockService } from 'nestjs-marathon';
import { DataSource } from 'typeorm';

/** What the battery can ask of an instance. */
export type Trouble =
  /** Nothing else runs in this process meanwhile. */
  | { readonly type: 'block'; readonly ms: number }
  /** Holds all connections of the application's own pool. */
  | { readonly type: 'saturate'; readonly ms: number }
  /** Ends somebody's grant. */
  | { readonly type: 'force'; readonly name: string; readonly fence: number }
  /** Tells what its wall clock shows. */
  | { readonly type: 'clock' };

/** What it answers once that is over. */
export interface Troubled {
  readonly isDone: boolean;
  readonly wallAt: number;
}

@Injectable()
export class Troublemaker implements OnApplicationBootstrap {
  constructor(
    private readonly dataSource: DataSource,
    private readonly locks: LockService,
  ) {}

  onApplicationBootstrap(): void {
    process.on('message', (trouble: Trouble) => void this.#answer(trouble));
  }

  async #answer(trouble: Trouble): Promise<void> {
    // What fails here failed because of another trouble, and counts for nothing.
    const isDone = await this.#make(trouble).then(
      () => true,
      () => false,
    );
    const answer: Troubled = { isDone, wallAt: Date.now() };
    process.send?.(answer);
  }

  async #make(trouble: Trouble): Promise<void> {
    if (trouble.type === 'block') return block(trouble.ms);
    if (trouble.type === 'saturate') return this.#saturate(trouble.ms);
    if (trouble.type === 'clock') return;
    const { name, fence } = trouble;
    return this.locks.forceRelease(name, { fence, reason: 'a battery of faults' });
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
