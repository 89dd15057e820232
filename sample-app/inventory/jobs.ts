/** The cron that the verdict looks at most closely. A short ttl, so that a takeover can be watched. */
export const SYNC = { name: 'inventory:sync', periodMs: 2_000, ttl: '4s', ttlMs: 4_000 } as const;
