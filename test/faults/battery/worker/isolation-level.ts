export interface LevelRow {
  readonly level: string;
}

const INNODB = 'SELECT @@tx_isolation AS level';

/** Asks a session that asks for no level which one it has, by the type of its data source. */
export const LEVEL_QUERY: Readonly<Record<string, string>> = {
  postgres: `SELECT current_setting('transaction_isolation') AS level`,
  mariadb: INNODB,
  mysql: INNODB, // which is MariaDB here too
  'better-sqlite3': `SELECT 'SERIALIZABLE' AS level`,
};

export function levelOf([row]: readonly LevelRow[]): string {
  return row!.level.toUpperCase().replace('-', ' ');
}
