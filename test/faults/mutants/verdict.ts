import type { Report } from './reports.js';

/** What a killer says of a tree. */
export type Verdict =
  | { readonly is: 'passed' }
  /** It broke what the mutant is to break, in the words of the one who noticed. */
  | { readonly is: 'violated'; readonly what: string }
  /** Something else is broken, which may have any reason. */
  | { readonly is: 'unrelated'; readonly what: string }
  /** The killer itself came to no end, or to a wrong one, which says nothing of the library. */
  | { readonly is: 'broken'; readonly why: string };

/** How a process ended. */
export interface Ended {
  /** `undefined` if it was killed for its time being over. */
  readonly code: number | undefined;
  readonly output: string;
}

/**
 * What a killer that ended so says, by its report; `undefined` if it wrote none. To have passed, it
 * must have judged each thing that it is to notice.
 */
export function verdictOf(
  notices: readonly string[],
  { code }: Pick<Ended, 'code'>,
  report: Report | undefined,
): Verdict {
  if (code === undefined) return broken('it had not ended when its time was over');
  if (!report) return broken(`it ended with code ${code}, and without a report`);
  if (code !== 0) {
    const { told } = report;
    const own = told.find(({ by }) => notices.some((notice) => by.includes(notice)));
    if (code === 1 && own) return { is: 'violated', what: own.what };
    if (code === 1 && told[0]) return { is: 'unrelated', what: told[0].what };
    return broken(`it ended with code ${code}, but told no violation`);
  }
  const unjudged = notices.filter((notice) => !report.judged.some((by) => by.includes(notice)));
  if (unjudged.length > 0) return broken(`it judged nothing of '${unjudged.join("', '")}'`);
  return { is: 'passed' };
}

function broken(why: string): Verdict {
  return { is: 'broken', why };
}

/** As the table says it. */
export function inWords(verdict: Verdict): string {
  switch (verdict.is) {
    case 'passed':
      return 'noticed nothing';
    case 'violated':
      return verdict.what;
    case 'unrelated':
      return `SOMETHING ELSE, ${verdict.what}`;
    case 'broken':
      return `BROKEN, ${verdict.why}`;
  }
}
