import type { Killer } from './killer.js';

/** A place of the library as it stands, and as it must not. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  /** Occurs in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** The library with one fault in it, which some test has to notice. */
export interface Mutant {
  readonly id: string;
  /** What goes wrong, in one sentence. */
  readonly wrong: string;
  readonly edits: readonly Edit[];
  /** In the order in which they are tried. The first that notices is enough. */
  readonly killers: readonly Killer[];
}

/** The library has changed since the mutant was written. */
export class StaleMutantError extends Error {
  constructor({ file, find }: Edit, times: number) {
    super(
      `${file} has this ${times} times and not once, so the mutant is stale. Write anew what it ` +
        `is to find:\n${find}`,
    );
  }
}

/** @throws {StaleMutantError} */
export function edited(source: string, edit: Edit): string {
  const [before, after, ...more] = source.split(edit.find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new StaleMutantError(edit, source.split(edit.find).length - 1);
  }
  return `${before}${edit.replace}${after}`;
}

/** The sources that a mutant changes, as they become, by file. @throws {StaleMutantError} */
export function mutated(
  { edits }: Pick<Mutant, 'edits'>,
  read: (file: string) => string,
): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const edit of edits) {
    sources.set(edit.file, edited(sources.get(edit.file) ?? read(edit.file), edit));
  }
  return sources;
}
