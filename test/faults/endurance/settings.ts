import { parseArgs } from 'node:util';
import { SERVERS, type Dialect } from '../../support/databases.js';

/** How a soak is run. */
export interface SoakSettings {
  readonly dialect: Dialect;
  readonly durationMs: number;
}

const USAGE = 'Usage: npm run soak -- --dialect postgres|mariadb|sqlite --minutes 10';

export function readSettings(): SoakSettings {
  const { values } = parseArgs({
    options: {
      dialect: { type: 'string', default: 'postgres' },
      minutes: { type: 'string', default: '10' },
    },
  });
  const { dialect } = values;
  const minutes = Number(values.minutes);
  if (!Object.hasOwn(SERVERS, dialect)) {
    throw new Error(`There is no database ${JSON.stringify(dialect)} to soak. ${USAGE}`);
  }
  // Half of it is judged, and a line through fewer than six samples says nothing.
  if (!(minutes >= 2)) {
    throw new Error(
      `${values.minutes} minutes are too short to see a leak: give 2 or more. ${USAGE}`,
    );
  }
  return { dialect: dialect as Dialect, durationMs: minutes * 60_000 };
}
