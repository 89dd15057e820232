const startedAt = performance.now();
setTimeout(() => {
  process.send?.({ type: 'time', now: Date.now(), timerMs: performance.now() - startedAt });
}, 50);
