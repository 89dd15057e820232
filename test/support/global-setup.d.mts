/** Starts the servers, and tells where they are by environment variables. */
export default function setup(): Promise<void>;
