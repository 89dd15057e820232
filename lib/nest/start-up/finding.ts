/** One thing that is wrong, or likely to be, and can be known when an application starts. */
export interface StartUpFinding {
  /** An `'error'` stops the start, a `'warning'` is logged once. */
  readonly severity: 'error' | 'warning';
  /** Which finding it is: stable, and meant for programs. */
  readonly kind:
    | 'duplicate-name'
    | 'inherited-name'
    | 'invalid-option'
    | 'lost-decorator'
    | 'not-provided'
    | 'not-scheduled'
    | 'observer-not-told'
    | 'provided-twice'
    | 'short-lease';
  /** The classes or methods that it is about, such as `'InventoryTasks.sync'`. */
  readonly where: readonly string[];
  /** What is wrong with them, and what comes of it. */
  readonly problem: string;
  /** What to do. */
  readonly remedy: string;
}

/** Findings for people, a line for each. */
export function listOf(findings: readonly StartUpFinding[]): string {
  return findings
    .map(({ where, problem, remedy }) => `- ${where.join(', ')}: ${problem}. ${remedy}`)
    .join('\n');
}

/** Each once: two classes may inherit the method that one is about. */
export function distinct(findings: Iterable<StartUpFinding>): StartUpFinding[] {
  return [...new Map([...findings].map((finding) => [listOf([finding]), finding])).values()];
}
