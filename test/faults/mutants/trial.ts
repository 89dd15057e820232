import { commandOf, type Killer } from './killer.js';
import type { Mutant } from './mutant.js';
import { runKiller } from './run-killer.js';
import { verdictOf, type Verdict } from './verdict.js';
import type { Workspace } from './workspace.js';

/** What became of a mutant. */
export interface Trial {
  readonly id: string;
  readonly fate: 'killed' | 'survived' | 'untold';
  /** Who noticed, and what; or why it cannot be told. */
  readonly by: readonly { readonly killer: string; readonly verdict: Verdict }[];
  readonly seconds: number;
}

/**
 * Lets a mutant meet its killers, until one notices it, or all of them if asked to. A killer that
 * breaks says nothing, nor one that complains of something else.
 */
export async function tried(mutant: Mutant, workspace: Workspace, every: boolean): Promise<Trial> {
  const startedAt = performance.now();
  const by: { killer: string; verdict: Verdict }[] = [];
  await workspace.apply(mutant);
  try {
    for (const [at, killer] of mutant.killers.entries()) {
      const label = `${mutant.id}-${at + 1}`;
      const { ended, report } = await runKiller(killer, workspace.folder, label);
      const verdict = verdictOf(killer.notices, ended, report);
      by.push({ killer: commandOf(killer), verdict });
      if (verdict.is === 'violated' && !every) break;
    }
  } finally {
    await workspace.undo(mutant);
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  return { id: mutant.id, fate: fateOf(by.map(({ verdict }) => verdict)), by, seconds };
}

function fateOf(verdicts: readonly Verdict[]): Trial['fate'] {
  if (verdicts.some(({ is }) => is === 'violated')) return 'killed';
  return verdicts.every(({ is }) => is === 'passed') ? 'survived' : 'untold';
}

/**
 * The negative control of the killers: each has to pass on the library as it is, and to judge there
 * all that it is to notice in a mutant.
 */
export async function controlled(killers: readonly Killer[], workspace: Workspace): Promise<void> {
  const commands = new Map<string, { killer: Killer; notices: Set<string> }>();
  for (const killer of killers) {
    const command = commandOf(killer);
    const notices = commands.get(command)?.notices ?? new Set();
    killer.notices.forEach((notice) => notices.add(notice));
    commands.set(command, { killer, notices });
  }
  for (const [command, { killer, notices }] of commands) {
    const { ended, report } = await runKiller(killer, workspace.folder, 'control');
    const verdict = verdictOf([...notices], ended, report);
    console.log(`${verdict.is === 'passed' ? 'passes' : 'FAILS'} on the library: ${command}`);
    if (verdict.is === 'passed') continue;
    const why = verdict.is === 'broken' ? verdict.why : verdict.what;
    throw new Error(`${command} does not pass on the library itself, so it kills nothing: ${why}`);
  }
}
