import { describe, expect, it } from '@jest/globals';
import type { Server } from '../../../lib/sql/dialects/dialect.js';
import { MariadbDialect } from '../../../lib/sql/dialects/mariadb.dialect.js';
import { MysqlDialect } from '../../../lib/sql/dialects/mysql.dialect.js';
import { UnsupportedDatabaseError } from '../../../lib/sql/sql.errors.js';

/** What is spoken to a server that calls itself so. */
function spokenTo(version: string): Server['dialect'] {
  const check = new MariadbDialect('marathon_lock').checkServer();
  check.next();
  const { value, done } = check.next([{ version }]);
  if (!done) throw new Error(`It asks once more: ${value.text}`);
  return value.dialect;
}

describe('the dialect that is spoken', () => {
  it.each(['8.0.11', '8.0.36', '8.0.36-28.1', '8.4.0', '9.4.0', '26.10.0'])(
    "is MySQL's to %s",
    (version) => expect(spokenTo(version)).toBeInstanceOf(MysqlDialect),
  );

  it.each(['10.5.0-MariaDB', '10.11.6-MariaDB-0+deb12u1', '11.8.3-MariaDB-ubu2404-log'])(
    "is MariaDB's to %s",
    (version) => expect(spokenTo(version)).toBeInstanceOf(MariadbDialect),
  );

  it.each([
    ['5.7.44', /MySQL 5\.7\.44.*MySQL from 8\.0 on/],
    ['5.7.44-log', /MySQL 5\.7\.44/],
    ['8.0.11-TiDB-v7.5.1', /TiDB/],
    ['10.4.34-MariaDB', /MariaDB 10\.4\.34.*MariaDB from 10\.5 on/],
    ['5.5.68-MariaDB', /MariaDB 5\.5\.68/],
  ])('is none to %s, and the error says which are', (version, message) => {
    expect(() => spokenTo(version)).toThrow(UnsupportedDatabaseError);
    expect(() => spokenTo(version)).toThrow(message);
  });
});
