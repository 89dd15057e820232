import { inspect } from 'node:util';
import { CommandRunner } from 'nest-commander';
import { LeaseLostError } from '../core/errors.js';
import { HOLD_SCHEDULES } from '../nest/held-schedules.js';
import type { Lease } from '../nest/lease.js';
import type { LockOptions, RunOptions } from '../nest/lock-options.js';
import { DEFAULT_NAME } from '../nest/marathon.tokens.js';
import { injectLockService, lockServiceOf } from '../nest/single-runner.accessor.js';
import { commandName } from './command-name.js';
import { CommandOverrideError } from './commander.errors.js';
import { duringSignals } from './process-signals.js';
import { beforeOthers, markOwn } from './schedules.js';
import type { Command, CommandLockName, CommandOptions, SealedRun } from './single-runner.types.js';
import { skipLine } from './skip-line.js';

/**
 * A command of nest-commander that runs in one process at a time: in whichever others it is called
 * meanwhile, it says who runs it, and ends. SIGTERM and Ctrl-C abort the lease's signal, and the
 * lock is given back when the task has ended. The crons, intervals and timeouts of the application
 * do not run in its process.
 *
 * The process ends with 0, or if skipped with {@link lockedExitCode}; with 1 if the task threw, was
 * told to stop before its end, or the database failed, which stderr tells; with 143 after SIGTERM,
 * and with 130 after Ctrl-C.
 *
 * @example
 * @SubCommand({ name: 'recount', description: 'Counts the stock anew' })
 * export class RecountCommand extends SingleRunnerCommand {
 *   protected override readonly lockOptions = { ttl: '5m' };
 *
 *   protected async runTask(passedParams: string[], options: object, lease: Lease): Promise<void> {
 *     await this.stock.recount(lease.signal);
 *   }
 * }
 */
export abstract class SingleRunnerCommand extends CommandRunner {
  /**
   * What to lock: a string of 1 to 255 characters, or a function that makes it of the command line.
   *
   * @defaultValue the command as it is typed, without the program: `'inventory recount'`
   */
  declare protected readonly lockName?: CommandLockName;
  /**
   * How the name is taken and held, as for `@SingleRunner`.
   *
   * @defaultValue the module's `defaultTtl`, and no waiting
   */
  declare protected readonly lockOptions?: LockOptions;
  /**
   * What the process ends with if the task was skipped. 75 (`EX_TEMPFAIL`) tells schedulers to try
   * again later.
   *
   * @defaultValue `0`
   */
  protected readonly lockedExitCode: number = 0;

  /** nest-commander's way in, which takes the lock. It cannot be overridden: see {@link runTask}. */
  declare readonly run: SealedRun;

  static {
    injectLockService(this.prototype, DEFAULT_NAME);
    const run: CommandRunner['run'] = function (this: SingleRunnerCommand, passedParams, options) {
      return this.#run(passedParams, options ?? {});
    };
    Object.defineProperty(this.prototype, 'run', {
      value: run,
      configurable: true,
      writable: true,
    });
  }

  /**
   * The command's work, which runs while the lock is held.
   *
   * @param passedParams the arguments of the command line
   * @param options the options of the command line
   * @param lease what it runs under, which `currentLease()` tells too. Pass its `signal` on: it fires
   *   before the lease ends early, at SIGTERM and at Ctrl-C (with a `CommandStoppedError`)
   */
  protected abstract runTask(
    passedParams: string[],
    options: CommandOptions,
    lease: Lease,
  ): Promise<void>;

  /** @internal Called by nest-commander at start-up. @throws {CommandOverrideError} */
  override setCommand(command: Command): this {
    if (this.run !== SingleRunnerCommand.prototype.run) {
      throw new CommandOverrideError(this.constructor.name);
    }
    markOwn(command);
    return super.setCommand(command);
  }

  /** @internal Only in the process of a command line has nest-commander called setCommand. */
  [HOLD_SCHEDULES](mount: () => void): boolean {
    const command = this.command as Command | undefined;
    if (command) beforeOthers(command, mount);
    return command !== undefined;
  }

  async #run(passedParams: string[], options: CommandOptions): Promise<void> {
    await duringSignals(
      async (signal) => {
        try {
          await this.#runUnderLock(passedParams, options, signal);
        } catch (error) {
          if (!signal.aborted) process.exitCode = 1;
          if (!isAnswerTo(signal, error)) process.stderr.write(`${inspect(error)}\n`);
        }
      },
      (signal) => process.stderr.write(`${signal}: asked to stop. Another one ends it at once.\n`),
    );
  }

  async #runUnderLock(
    passedParams: string[],
    options: CommandOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const name = this.#nameFor(passedParams, options);
    const locks = lockServiceOf(this, DEFAULT_NAME, `${this.constructor.name}.run`);
    const lockOptions: RunOptions = { ...this.lockOptions, onStoreError: 'throw', signal };
    const result = await locks.run(name, lockOptions, async (lease) => {
      await this.runTask(passedParams, options, lease);
      // It may have stopped in the middle of its work, which is no success.
      lease.signal.throwIfAborted();
    });
    if (result.outcome === 'completed') {
      if (result.lost) throw new LeaseLostError(name, result.fence, 'refused');
      return;
    }
    process.stdout.write(`${skipLine(name, result)}\n`);
    if (this.lockedExitCode !== 0) process.exitCode = this.lockedExitCode;
  }

  #nameFor(passedParams: string[], options: CommandOptions): string {
    const { lockName } = this;
    if (typeof lockName === 'function') return lockName.call(this, passedParams, options);
    return lockName ?? commandName(this.command, this.constructor.name);
  }
}

/** Whether a task ended because it was told to: it may throw the reason itself, or wrap it. */
function isAnswerTo(signal: AbortSignal, error: unknown): boolean {
  if (!signal.aborted) return false;
  return error === signal.reason || (error as Error | undefined)?.cause === signal.reason;
}
