/**
 * The latest time at which a cron of this period was due. The shop works it out by itself, as its
 * verdict must not rest on what it judges.
 */
export function latestTick(periodMs: number): number {
  return Math.floor(Date.now() / periodMs) * periodMs;
}
