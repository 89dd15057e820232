/** Figures as the table shows them. */
export const words = {
  us: (us) => (us < 10_000 ? `${us.toFixed(0)} µs` : `${(us / 1000).toPrecision(3)} ms`),
  times: (ratio) => `${ratio < 10 ? ratio.toFixed(2) : Math.round(ratio)} ×`,
  perSecond: (us, count) =>
    `${Math.round((count / us) * 10_000) * 100}`.replace(/\B(?=(\d{3})+$)/g, ','),
  bytes: (bytes) => `${(bytes / 1024).toFixed(1)} KiB`,
};
