/** What a test tells the program beside its command line. */
export interface ProgramSettings {
  readonly url: string;
  /** The label of the process in the lock's table. */
  readonly instance: string;
  readonly ttlMs?: number;
  readonly waitMs?: number;
  readonly maxRuntimeMs?: number;
  readonly lockedExitCode?: number;
  /** Registers a command that wrongly overrides `run`. */
  readonly override?: 'method' | 'field';
  /** Registers a `@RootCommand()` without a `lockName`. */
  readonly root?: boolean;
  /** Nest's own shutdown hooks, which a program may turn on. */
  readonly hooks?: 'kill' | 'exit';
  /** Starts the application as a server would, with the commands among its providers. */
  readonly asServer?: boolean;
  readonly withoutMarathon?: boolean;
}

const VARIABLE = 'PROGRAM_SETTINGS';

export function toEnvironment(settings: ProgramSettings): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(settings) };
}

export function programSettings(): ProgramSettings {
  return JSON.parse(process.env[VARIABLE]!) as ProgramSettings;
}
