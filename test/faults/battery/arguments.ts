import { parseArgs } from 'node:util';
import type { GroundDialect } from './grounds/ground.js';

const USAGE = `Usage: npm run faults -- --dialect postgres|mariadb|sqlite [options]

  --faults N     how many are done (1 to 1000000; 600); races come on top
  --seed N       of the plan (a new one, which is printed)
  --kinds a,b    only faults whose kind contains one of these
  --instances N  processes in the fleet (2 to 50; 16)
  --json FILE    where the figures are written (out/faults-DIALECT.json)
  --help         show this

It ends with 0 if no promise was broken, with 1 if one was, and with 2 if that could not be found out:
a fault could not be tried, or an oracle had nothing to judge.`;

/** The arguments could not be understood. */
export class UsageError extends Error {
  constructor(what: string) {
    super(`${what}\n\n${USAGE}`);
  }
}

export interface Arguments {
  readonly dialect: GroundDialect;
  readonly faults: number;
  readonly seed: number;
  readonly kinds: readonly string[];
  readonly instances: number;
  readonly json: string;
}

/** @returns what to do, or what to print instead. @throws {UsageError} */
export function readArguments(args: readonly string[]): Arguments | string {
  const values = parsed(args);
  if (values.help) return USAGE;
  const { dialect } = values;
  if (dialect !== 'postgres' && dialect !== 'mariadb' && dialect !== 'sqlite') {
    throw new UsageError(`--dialect wants postgres, mariadb or sqlite, not ${String(dialect)}.`);
  }
  return {
    dialect,
    faults: whole('faults', values.faults, 1, 1_000_000) ?? 600,
    seed: whole('seed', values.seed, 0, 2 ** 31) ?? Math.floor(Math.random() * 2 ** 31),
    kinds: values.kinds?.split(',') ?? [],
    instances: whole('instances', values.instances, 2, 50) ?? 16,
    json: values.json ?? `out/faults-${dialect}.json`,
  };
}

const string = { type: 'string' } as const;
const OPTIONS = {
  dialect: string,
  faults: string,
  seed: string,
  kinds: string,
  instances: string,
  json: string,
  help: { type: 'boolean' },
} as const;

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(
  option: string,
  value: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) {
    return number;
  }
  throw new UsageError(
    `--${option} wants a whole number from ${least} to ${most}, not '${value}'.`,
  );
}
