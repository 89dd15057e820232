// The two drivers that ship no types and have none installed: what the tests use of them, no more.

declare module 'pg' {
  import type { EventEmitter } from 'node:events';

  export interface ClientConfig {
    connectionString?: string;
    connectionTimeoutMillis?: number;
    types?: { getTypeParser(oid: number, format?: string): (text: string) => unknown };
  }

  export class Client extends EventEmitter {
    constructor(config: ClientConfig);
    connect(): Promise<void>;
    query<Row>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }>;
    end(): Promise<void>;
  }

  export const types: NonNullable<ClientConfig['types']>;
}

declare module 'better-sqlite3' {
  interface Statement {
    /** Whether it returns rows. */
    readonly reader: boolean;
    all(...parameters: readonly unknown[]): unknown[];
    run(...parameters: readonly unknown[]): void;
  }

  export default class Database {
    constructor(path: string);
    prepare(text: string): Statement;
    pragma(text: string): unknown;
    close(): void;
  }
}
