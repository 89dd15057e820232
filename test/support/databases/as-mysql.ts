import mysql2, { type PoolConnection, type PoolOptions } from 'mysql2';

/** What the server calls itself then. */
const VERSION = '8.0.46';

/**
 * The driver, to a MariaDB server that says it is MySQL: so what is meant for MySQL runs, on a server
 * that executes it alike. What no MySQL would understand is refused.
 */
export const asMysql = {
  createPool(options: PoolOptions): ReturnType<typeof mysql2.createPool> {
    const pool = mysql2.createPool(options);
    pool.on('connection', (connection: PoolConnection) => {
      for (const way of ['query', 'execute'] as const) {
        const send = connection[way].bind(connection) as Send;
        const disguised: Send = (statement, ...rest) =>
          typeof statement === 'string'
            ? send(readByMysql(statement), ...rest)
            : send({ ...statement, sql: readByMysql(statement.sql) }, ...rest);
        Object.assign(connection, { [way]: disguised });
      }
    });
    return pool;
  },
};

type Send = (statement: string | { readonly sql: string }, ...rest: unknown[]) => unknown;

/** As MySQL reads it, to which such a comment is one. */
function readByMysql(text: string): string {
  const read = text.replaceAll(/\/\*M!.*?\*\//gs, '');
  if (/\bRETURNING\b|\bSET STATEMENT\b/i.test(read)) throw new Error(`Not in MySQL: ${read}`);
  // A column that is given no name is named as it was asked for.
  return read
    .replaceAll(/\bVERSION\(\)(?! AS)/gi, 'VERSION() AS `$&`')
    .replaceAll(/\bVERSION\(\)(?= AS)/gi, `'${VERSION}'`);
}
