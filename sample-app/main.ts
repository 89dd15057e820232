import { readArguments, UsageError } from './arguments.js';
import { complain, say } from './output.js';
import { runShop } from './shop.js';
import { printVerdict } from './verdict/verdict.printer.js';

const closing = new AbortController();
// More than once does no harm: a terminal tells npm and us, and npm tells us again.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => closing.abort());

try {
  const { help, seconds } = readArguments(process.argv.slice(2));
  if (help) {
    say(help);
  } else {
    const verdict = await runShop({ seconds, closing });
    printVerdict(verdict);
    process.exitCode = verdict.faults.length === 0 ? 0 : 1;
  }
} catch (error) {
  complain(error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
