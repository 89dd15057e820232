import type { QueryRunner } from 'typeorm';
import type { Row, Statement } from '../dialects/dialect.js';
import type { Connection, Place } from './connection.js';
import { sendPrepared, type PreparingVerdict } from './prepared.js';

type Send = (
  options: Readonly<Record<string, unknown>>,
  callback: (error: Error | null, result: Row[] | { readonly affectedRows: number }) => void,
) => void;

/** What is used of a pooled connection of the `mysql2` package, or of `mysql`. */
interface MysqlConnection {
  readonly query: Send;
  /** Has the server prepare the text, and keeps it so. mysql2 has it. */
  readonly execute?: Send | undefined;
  destroy(): void;
  /** mysql2 has it, and says goodbye on it in `destroy`: a peer that is silent never answers that. */
  readonly stream?: { destroy(): void } | undefined;
}

/** How rows are read: an application may have set it otherwise for its pool. */
const PLAIN_ROWS = {
  // Not `true`, which would leave a function that the pool has.
  typeCast: (_field: unknown, next: () => unknown) => next(),
  rowsAsArray: false,
  nestTables: false,
};

/** A connection of the `mysql2` package. */
export async function connectMysql(
  runner: QueryRunner,
  place: Place,
  prepares: boolean,
): Promise<Connection> {
  const connection: MysqlConnection = await runner.connect();
  const sentBy =
    (way: 'query' | 'execute'): Run =>
    (text, parameters = []) =>
      new Promise((resolve, reject) => {
        connection[way]?.({ ...PLAIN_ROWS, sql: text, values: parameters }, (error, result) => {
          if (error) reject(error);
          else resolve(Array.isArray(result) ? result : [{ affected: result.affectedRows }]);
        });
      });
  const run = sentBy('query');
  const send = ({ text, parameters, prepared }: Statement): ReturnType<Run> => {
    const inFull = (): ReturnType<Run> => run(text, parameters);
    if (!prepares || !prepared || !connection.execute) return inFull();
    return sendPrepared(connection, {
      prepared: () => sentBy('execute')(text, parameters),
      inFull,
      verdict,
    });
  };
  const destroy = (): void => {
    connection.destroy();
    connection.stream?.destroy();
  };
  return {
    async execute(statement: Statement) {
      const { session } = statement;
      if (place === 'own') await setUp(connection, run, session);
      else if (session) return inSession(session, run, () => send(statement), destroy);
      return send(statement);
    },
    release: () => void runner.release(),
    destroy,
  };
}

/** https://mariadb.com/docs/server/reference/error-codes/mariadb-error-code-reference */
function verdict({ errno }: { readonly errno?: unknown }): PreparingVerdict | undefined {
  switch (errno) {
    case 1243: // ER_UNKNOWN_STMT_HANDLER: the pooler's session does not have it, or has it no more
    case 1295: // ER_UNSUPPORTED_PS
    case 1461: // ER_MAX_PREPARED_STMT_COUNT_REACHED
    case 1615: // ER_NEED_REPREPARE
      return 'not-run';
    default:
      return undefined;
  }
}

type Run = (text: string, parameters?: readonly unknown[]) => Promise<readonly Row[]>;
type Session = NonNullable<Statement['session']>;

/** How the sessions of our own connections were set up. */
const setUps = new WeakMap<MysqlConnection, string>();

/** Our own session stays as a statement wanted it: the next one wants mostly the same. */
async function setUp(connection: MysqlConnection, run: Run, session?: Session): Promise<void> {
  const before = setUps.get(connection);
  if (before !== undefined && !session) return;
  // A server can be set up so that statements wait for a COMMIT, which never comes.
  const wanted = `SET ${assignments({ autocommit: '1', ...session })}`;
  if (before === wanted) return;
  await run(wanted);
  setUps.set(connection, wanted);
}

/** The application's session is given back as it was, or not at all. */
async function inSession(
  session: Session,
  run: Run,
  statement: () => Promise<readonly Row[]>,
  destroy: () => void,
): Promise<readonly Row[]> {
  const names = Object.keys(session);
  const kept = names.map((name) => [`@marathon_${name}`, `@@SESSION.${name}`]);
  const back = names.map((name) => [name, `@marathon_${name}`]);
  await run(`SET ${assignments(Object.fromEntries(kept))}, ${assignments(session)}`);
  try {
    return await statement();
  } finally {
    await run(`SET ${assignments(Object.fromEntries(back))}`).catch(destroy);
  }
}

function assignments(values: Session): string {
  return Object.entries(values)
    .map((each) => each.join(' = '))
    .join(', ');
}
