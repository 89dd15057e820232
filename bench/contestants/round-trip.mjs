import { Redis } from 'ioredis';
import mysql from 'mysql2/promise';
import pg from 'pg';

/** The shortest question that each server answers: one round trip, and next to no work. */
export const roundTrips = {
  postgres: {
    title: '`SELECT 1`',
    async open({ url }) {
      const client = new pg.Client(url);
      await client.connect();
      return { ask: () => client.query('SELECT 1'), close: () => client.end() };
    },
  },
  redis: {
    title: '`PING`',
    async open({ url }) {
      const client = new Redis(url);
      return { ask: () => client.ping(), close: () => client.quit() };
    },
  },
  mariadb: {
    title: '`SELECT 1`',
    async open({ url }) {
      const connection = await mysql.createConnection(url);
      return { ask: () => connection.query('SELECT 1'), close: () => connection.end() };
    },
  },
};
