const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
const undone = new Set<() => void>();
let isWatching = false;

/**
 * Lets something be undone when this process ends, however it ends by itself or by a signal. The
 * last comes first. @returns how to say that it has been done
 */
export function atTheEnd(undo: () => void): () => void {
  watch();
  undone.add(undo);
  return () => undone.delete(undo);
}

function watch(): void {
  if (isWatching) return;
  isWatching = true;
  process.once('exit', () => {
    for (const undo of [...undone].reverse()) undo();
  });
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, () => process.exit(code));
  }
}
