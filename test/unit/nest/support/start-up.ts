import type { ModuleMetadata } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { StartUpError, type MarathonOptions, type StartUpFinding } from 'nestjs-marathon';
import { inMemory, start } from './applications.js';
import { MemoryLog } from './memory-log.js';

/** What an application that was started, or not, has found. */
export interface StartUp {
  /** The findings that stopped it. */
  readonly errors: readonly StartUpFinding[];
  /** Those that were logged, a line for each. */
  readonly warnings: readonly string[];
  /** How often something was logged about them. */
  readonly logs: number;
}

export const NOTHING_FOUND: StartUp = { errors: [], warnings: [], logs: 0 };

/** Starts an application whose locks are kept in memory, beside the real `ScheduleModule`. */
export function startUp(metadata: ModuleMetadata, options?: MarathonOptions): Promise<StartUp> {
  const imports = [inMemory(options), ScheduleModule.forRoot(), ...(metadata.imports ?? [])];
  return startUpOf({ ...metadata, imports });
}

/** Starts an application with what it imports itself. */
export async function startUpOf(metadata: ModuleMetadata): Promise<StartUp> {
  const log = new MemoryLog();
  const errors = await start(metadata, log).then(
    () => [],
    (error: unknown) => {
      if (error instanceof StartUpError) return error.findings;
      throw error;
    },
  );
  const found = log.texts('warn').filter((text) => text.startsWith('Found at start-up:'));
  const warnings = found.flatMap((text) => text.split('\n').slice(1));
  return { errors, warnings, logs: found.length };
}
