import type { Controls } from './controls.js';
import { commandOf, type Killer } from './killer.js';
import type { Mutant } from './mutant.js';
import { runKiller } from './run-killer.js';
import { inWords, verdictOf, type Verdict } from './verdict.js';
import { DoesNotCompileError, type Workspace } from './workspace.js';

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
 * breaks says nothing, nor one that complains of something else, nor one that does not pass without
 * the mutant.
 */
export async function tried(
  mutant: Mutant,
  workspace: Workspace,
  controls: Controls,
  every: boolean,
): Promise<Trial> {
  const startedAt = performance.now();
  const by: { killer: string; verdict: Verdict }[] = [];
  for (const [at, killer] of mutant.killers.entries()) {
    const control = await controls.of(killer);
    const verdict =
      control.is === 'passed'
        ? await verdictBy(killer, mutant, workspace, `${mutant.id}-${at + 1}`)
        : ({ is: 'broken', why: `it fails on the library itself: ${inWords(control)}` } as const);
    by.push({ killer: commandOf(killer), verdict });
    if (verdict.is === 'violated' && !every) break;
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  return { id: mutant.id, fate: fateOf(by.map(({ verdict }) => verdict)), by, seconds };
}

async function verdictBy(
  killer: Killer,
  mutant: Mutant,
  workspace: Workspace,
  label: string,
): Promise<Verdict> {
  try {
    await workspace.apply(mutant);
    const { ended, report } = await runKiller(killer, workspace.folder, label);
    return verdictOf(killer.notices, ended, report);
  } catch (error) {
    if (!(error instanceof DoesNotCompileError)) throw error;
    return { is: 'broken', why: error.message };
  } finally {
    await workspace.undo(mutant);
  }
}

function fateOf(verdicts: readonly Verdict[]): Trial['fate'] {
  if (verdicts.some(({ is }) => is === 'violated')) return 'killed';
  return verdicts.every(({ is }) => is === 'passed') ? 'survived' : 'untold';
}
