export function everythingIsRequired(): boolean;
