import type { Command } from './single-runner.types.js';

/** The commands of the classes that extend `SingleRunnerCommand`. */
const own = new WeakSet<Command>();

export function markOwn(command: Command): void {
  own.add(command);
}

/** Calls `mount` before any other command of the same program runs, and once at most. */
export function beforeOthers(command: Command, mount: () => void): void {
  let isMounted = false;
  rootOf(command).hook('preAction', (_root, called) => {
    if (isMounted || own.has(called)) return;
    isMounted = true;
    mount();
  });
}

function rootOf(command: Command): Command {
  let root = command;
  while (root.parent) root = root.parent;
  return root;
}
