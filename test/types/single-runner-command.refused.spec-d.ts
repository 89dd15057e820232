/* Checked by the compilers alone: `npm run typecheck`. Nothing here is ever run. */
import type { CommandRunner } from 'nest-commander';
import { SingleRunnerCommand } from 'nestjs-marathon/commander';

declare const run: CommandRunner['run'];

abstract class Complete extends SingleRunnerCommand {
  protected async runTask(): Promise<void> {}
}

export class RunAsMethod extends Complete {
  // @ts-expect-error run() takes the lock
  override async run(): Promise<void> {}
}

export class RunAsMethodWithoutOverride extends Complete {
  // @ts-expect-error run() takes the lock
  async run(_params: string[], _options?: object): Promise<void> {}
}

export class RunAsField extends Complete {
  // @ts-expect-error run() takes the lock
  override readonly run = async (): Promise<void> => {};
}

export class RunAsTypedField extends Complete {
  // @ts-expect-error run() takes the lock
  override readonly run = run;
}

export class RunAsAccessor extends Complete {
  // @ts-expect-error run() takes the lock
  override get run(): CommandRunner['run'] {
    return run;
  }
}

export function runFromOutside(command: Complete): void {
  // @ts-expect-error run() takes the lock
  command.run = run;
}

// @ts-expect-error runTask is what it does
export class WithoutTask extends SingleRunnerCommand {}

export class SynchronousTask extends SingleRunnerCommand {
  // @ts-expect-error a task is asynchronous
  protected runTask(): void {}
}

export class UnknownLockOption extends Complete {
  // @ts-expect-error no such option
  protected override readonly lockOptions = { tll: '5m' };
}

export class StoreErrors extends Complete {
  // @ts-expect-error a failing database is told by stderr and the exit code
  protected override readonly lockOptions = { onStoreError: 'skip' as const };
}

export class NumberForName extends Complete {
  // @ts-expect-error a name is a string
  protected override readonly lockName = 5;
}
