import { describe, expect, it } from '@jest/globals';
import { startWorker } from '../../support/worker.js';

const worker = (name: string) => new URL(`./workers/${name}.ts`, import.meta.url);

describe('startWorker', () => {
  it('hands over arguments and environment, and talks both ways', async () => {
    const echo = startWorker(worker('echo'), { args: ['one'], env: { GREETING: 'hello' } });
    expect(await echo.messages.next('ready')).toEqual({
      type: 'ready',
      args: ['one'],
      greeting: 'hello',
    });
    await echo.send({ type: 'question' });
    const reply = await echo.messages.waitFor((message) => message.type === 'echo');
    expect(reply.message).toEqual({ type: 'question' });
    expect(echo.messages.all).toHaveLength(2);
    echo.kill();
    expect(await echo.exited).toEqual({ code: null, signal: 'SIGTERM' });
    expect(echo.output).toMatch(/to standard output/);
    expect(echo.output).toMatch(/to standard error/);
  });

  it('says what the worker printed when a message does not come', async () => {
    const echo = startWorker(worker('echo'));
    await echo.messages.next('ready');
    const waiting = echo.messages.next('never', 1);
    await expect(waiting).rejects.toThrow(/"never": none within 1 ms.*to standard error/s);
  });

  it('tells at once when the worker ends instead of answering', async () => {
    const echo = startWorker(worker('echo'));
    await echo.messages.next('ready');
    const waiting = echo.messages.next('never', 60_000);
    echo.kill('SIGKILL');
    await expect(waiting).rejects.toThrow(/ended with SIGKILL/);
    await expect(echo.messages.next('never')).rejects.toThrow(/ended with SIGKILL/);
  });

  it('runs decorators with their metadata, against the sources of the library', async () => {
    const loaded = await startWorker(worker('typescript')).messages.next('loaded');
    expect(loaded.parameters).toEqual(['Dependency']);
    expect(loaded.library).toBe(new URL('../../../lib/index.ts', import.meta.url).href);
  });
});
