import type { GroundDialect } from './ground.js';

/** An application's tables, for the tests of grounds. */
export const TABLES: Readonly<Record<GroundDialect, readonly string[]>> = {
  postgres: [
    'CREATE TABLE fenced_write (id bigserial PRIMARY KEY, name text NOT NULL, fence bigint NOT NULL)',
    'CREATE TABLE heap (filling text NOT NULL)',
  ],
  mariadb: [
    'CREATE TABLE fenced_write (id bigint AUTO_INCREMENT PRIMARY KEY, name varchar(255) NOT NULL, fence bigint NOT NULL)',
    'CREATE TABLE heap (filling longtext NOT NULL)',
  ],
  sqlite: [
    'CREATE TABLE fenced_write (id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL, fence bigint NOT NULL)',
    'CREATE TABLE heap (filling text NOT NULL)',
  ],
};
