/* Checked by the compilers alone: `npm run typecheck`. Nothing here is ever run. */
import { expectTypeOf } from 'expect-type';
import { Command, type CommandRunner, SubCommand } from 'nest-commander';
import type { Lease } from 'nestjs-marathon';
import { SingleRunnerCommand } from 'nestjs-marathon/commander';

interface RecountOptions {
  readonly warehouse: string;
  readonly dryRun?: boolean;
}

@SubCommand({ name: 'nothing' })
export class Nothing extends SingleRunnerCommand {
  protected async runTask(): Promise<void> {}
}

@SubCommand({ name: 'as-the-base-says' })
export class AsTheBaseSays extends SingleRunnerCommand {
  // oxlint-disable-next-line typescript/no-explicit-any -- what nest-commander's own `run` is given
  protected override async runTask(_params: string[], _options?: Record<string, any>) {}
}

@SubCommand({ name: 'unknown-options' })
export class UnknownOptions extends SingleRunnerCommand {
  async runTask(_params: string[], _options: Record<string, unknown>): Promise<void> {}
}

@Command({ name: 'all', subCommands: [Nothing, AsTheBaseSays] })
export class All extends SingleRunnerCommand {
  protected override readonly lockName = ([warehouse]: string[], { dryRun }: RecountOptions) =>
    `recount:${warehouse}:${dryRun}`;
  protected override readonly lockOptions = {
    ttl: '5m',
    wait: '30s',
    renew: true,
    holdAtLeast: 1000,
    maxRuntime: '1h',
  };
  protected override readonly lockedExitCode = 75;

  protected async runTask(
    [_warehouse]: string[],
    options: RecountOptions,
    lease: Lease,
  ): Promise<void> {
    expectTypeOf(this.command.parent).not.toBeAny();
    expectTypeOf(lease.signal).toEqualTypeOf<AbortSignal>();
    expectTypeOf(options).toEqualTypeOf<RecountOptions>();
  }
}

export class Named extends SingleRunnerCommand {
  protected override readonly lockName = 'inventory:sync';

  protected async runTask(): Promise<void> {}
}

export function asOthers(command: All): CommandRunner {
  expectTypeOf(command.run([], {})).toEqualTypeOf<Promise<void>>();
  return command;
}
