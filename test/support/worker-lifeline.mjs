/*
 * Loaded into every worker before its file. The other end of the worker's standard input is held
 * by the test process: it closes when that process ends, even by SIGKILL, and no worker outlives it.
 */
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'));
process.stdin.resume();
process.stdin.unref(); // a worker with nothing left to do still ends by itself
