import { parseArgs } from 'node:util';

const USAGE = `Usage: npm start -- [--seconds N]

  --seconds N   stop after N seconds (1 to 86400); without it, Ctrl-C stops
  --help        show this

  DATABASE_URL  postgres://…, mysql://…, mariadb://… or sqlite:file; a fresh SQLite file without it`;

/** The arguments could not be understood. */
export class UsageError extends Error {
  constructor(what: string) {
    super(`${what}\n\n${USAGE}`);
  }
}

export interface Arguments {
  /** What to print instead of anything else. */
  readonly help?: string;
  readonly seconds?: number;
}

/** @throws {UsageError} */
export function readArguments(args: readonly string[]): Arguments {
  const { help, seconds } = parsed(args);
  if (help) return { help: USAGE };
  if (seconds === undefined) return {};
  const value = Number(seconds);
  if (seconds.trim() !== '' && value >= 1 && value <= 86_400) return { seconds: value };
  throw new UsageError(`--seconds wants a number from 1 to 86400, not '${seconds}'.`);
}

function parsed(args: readonly string[]): { help?: boolean; seconds?: string } {
  try {
    const options = { help: { type: 'boolean' }, seconds: { type: 'string' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
