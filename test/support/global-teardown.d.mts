/** Stops the servers. */
declare const teardown: () => Promise<void>;
export default teardown;
