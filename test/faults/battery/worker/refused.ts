/** The exit code of an instance that says why it cannot start. Unlike that of any crash. */
export const REFUSED = 86;
