import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Command, CommandRunner, Option, RootCommand, SubCommand } from 'nest-commander';
import { type Lease, type MarathonError, requireLease } from 'nestjs-marathon';
import { SingleRunnerCommand } from 'nestjs-marathon/commander';
import { tell } from '../support/parent.js';
import { Schedules } from './schedules.js';
import { programSettings } from './settings.js';
import { askedAlive } from './stage.js';

const { waitMs, maxRuntimeMs, lockedExitCode } = programSettings();

/** Goes on until the test says so, also after its signal has fired. */
@SubCommand({ name: 'sync', arguments: '[warehouse]' })
class SyncCommand extends SingleRunnerCommand {
  protected override readonly lockOptions = { wait: waitMs, maxRuntime: maxRuntimeMs };
  protected override readonly lockedExitCode = lockedExitCode ?? 0;

  @Option({ flags: '--dry-run' })
  parseDryRun(): boolean {
    return true;
  }

  protected async runTask(params: string[], options?: { dryRun?: boolean }): Promise<void> {
    const finish = askedAlive('finish');
    const { name, signal } = requireLease();
    tell('started', { name, params, options });
    const aborted = once(signal, 'abort').then(() => {
      tell('aborted', {
        code: (signal.reason as MarathonError).code,
        reason: String(signal.reason),
      });
    });
    await Promise.race([finish, aborted]);
    await finish;
  }
}

@SubCommand({ name: 'fail' })
class FailCommand extends SingleRunnerCommand {
  protected runTask(): Promise<void> {
    throw new Error('the shelf is empty', { cause: new Error('nobody restocked it') });
  }
}

/** Ends at once when its signal fires, as what it calls rejects then. */
@SubCommand({ name: 'export', arguments: '<warehouse>' })
class ExportCommand extends SingleRunnerCommand {
  protected override readonly lockName = ([warehouse]: string[]): string => `export:${warehouse}`;

  protected async runTask(_params: string[], _options: object, lease: Lease): Promise<void> {
    tell('started', { name: lease.name });
    await pause(120_000, undefined, { signal: lease.signal });
  }
}

/** Long enough for the cron of each second to be due in it. */
@SubCommand({ name: 'count' })
class CountCommand extends SingleRunnerCommand {
  protected async runTask(): Promise<void> {
    await pause(2500);
    tell('counted');
  }
}

/** Wants its schedules. */
@Command({ name: 'serve' })
export class ServeCommand extends CommandRunner {
  constructor(private readonly schedules: Schedules) {
    super();
  }

  async run(): Promise<void> {
    await this.schedules.all;
    tell('served');
  }
}

@Command({
  name: 'inventory',
  subCommands: [SyncCommand, FailCommand, ExportCommand, CountCommand],
})
export class InventoryCommand extends CommandRunner {
  async run(): Promise<void> {
    this.command.help();
  }
}

@RootCommand({})
export class NamelessRoot extends SingleRunnerCommand {
  protected async runTask(): Promise<void> {
    tell('unguarded');
  }
}

@Command({ name: 'method' })
export class MethodOverride extends SingleRunnerCommand {
  // @ts-expect-error it does not compile; this is what a start says to those who run it all the same
  override async run(): Promise<void> {
    tell('unguarded');
  }

  protected async runTask(): Promise<void> {}
}

@Command({ name: 'field' })
export class FieldOverride extends SingleRunnerCommand {
  // @ts-expect-error it does not compile
  override run = async (): Promise<void> => tell('unguarded');

  protected async runTask(): Promise<void> {}
}
