/** What one instance is told by main.ts, in its environment. */
export interface Settings {
  /** Where the database is. */
  readonly url: string;
  /** Which start of the sample this is, as several may use one database. */
  readonly session: string;
  /** The instance's name, such as `shop-2`. */
  readonly instance: string;
}

export function toEnvironment({ url, session, instance }: Settings): NodeJS.ProcessEnv {
  return { DATABASE_URL: url, SHOP_SESSION: session, SHOP_INSTANCE: instance };
}

export function fromEnvironment(): Settings {
  const { DATABASE_URL, SHOP_SESSION, SHOP_INSTANCE } = process.env;
  if (!DATABASE_URL || !SHOP_SESSION || !SHOP_INSTANCE) {
    throw new Error('An instance is started by main.ts: run npm start.');
  }
  return { url: DATABASE_URL, session: SHOP_SESSION, instance: SHOP_INSTANCE };
}
