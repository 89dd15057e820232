import { monotonicMs, note } from './journal.js';

const BEAT_MS = 20;
/** Less than this says nothing: timers are a little late always. */
const STALL_MS = 50;

/** Notes whenever the event loop did not run for a while, for whatever reason. */
export function startHeartbeat(): void {
  let lastAt = monotonicMs();
  setInterval(() => {
    const nowAt = monotonicMs();
    if (nowAt - lastAt > STALL_MS) note('stalled', { since: lastAt });
    lastAt = nowAt;
  }, BEAT_MS);
}
