import { spec } from './killer.js';
import type { Mutant } from './mutant.js';

const CONNECTION = 'lib/sql/connections/pg.connection.ts';
const PREPARED = 'lib/sql/connections/prepared.ts';
const prepared = (...notices: readonly string[]) => spec('test/contract/prepared', ...notices);

/** Mutants of the connections, and of what is prepared on them. */
export const connectionMutants: readonly Mutant[] = [
  {
    id: 'unheard-greeting',
    wrong: 'A server that ends a connection with the bytes that greet it ends the process.',
    edits: [
      {
        file: CONNECTION,
        find: 'listenTo(driver.master);',
        replace: 'void [driver, listenTo];',
      },
    ],
    killers: [
      spec('test/contract/terminated', 'reports it as the failure of a call, and the process'),
    ],
  },
  {
    id: 'forgotten-statement-not-sent-again',
    wrong: 'A pooler that keeps no track of what is prepared fails calls.',
    edits: [
      {
        file: CONNECTION,
        find: `    case '26000': // invalid_sql_statement_name: it does not have it, or has it no more\n`,
        replace: '',
      },
    ],
    killers: [prepared('forgotten is sent in full')],
  },
  {
    id: 'forgotten-statement-asked-for-again',
    wrong: 'Behind such a pooler each call fails first, and is sent twice.',
    edits: [{ file: PREPARED, find: 'if (found) forgetful.add(client);', replace: '' }],
    killers: [prepared('is not asked for again on its connection')],
  },
  {
    id: 'every-error-sent-again',
    wrong: 'A statement that failed by itself is sent again, and nothing is prepared any more.',
    edits: [
      {
        file: PREPARED,
        find: "if (found !== 'not-run') throw error;",
        replace: '',
      },
    ],
    killers: [prepared('is not sent twice')],
  },
  {
    id: 'prepared-against-the-option',
    wrong: 'Statements are prepared with preparedStatements: false.',
    edits: [
      {
        file: 'lib/sql/typeorm-lock-store.ts',
        find: 'backend.connect(runner, place, preparedStatements)',
        replace: 'backend.connect(runner, place, preparedStatements || true)',
      },
    ],
    killers: [prepared('is none with preparedStatements: false')],
  },
];
