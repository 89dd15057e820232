export const RACERS = 50;

/** What the battery asks for. */
export interface Race {
  readonly name: string;
  readonly ttlMs: number;
  /** Whether the winner gives the name back once all have an answer; else it is left to expire. */
  readonly gives: boolean;
  /** How long before or after the end of the lease that the last race for the name left, if it did. */
  readonly aroundMs: number;
}

/** What it is told. */
export interface Raced {
  readonly failures: number;
}
