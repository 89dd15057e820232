import { expect, it } from '@jest/globals';
import { LockService, MarathonObserver, type LeaseEvent, type RunObserver } from 'nestjs-marathon';
import { startInMemory } from './support/applications.js';

@MarathonObserver()
class Diary implements RunObserver {
  readonly started: string[] = [];

  onStarted({ name }: LeaseEvent): void {
    this.started.push(name);
  }
}

it('tells an observer once, under however many tokens it is listed', async () => {
  const diary = new Diary();
  const app = await startInMemory({
    providers: [
      { provide: Diary, useValue: diary },
      { provide: 'DIARY', useExisting: Diary },
    ],
  });
  await app.get(LockService).run('report', () => {});
  expect(diary.started).toEqual(['report']);
});
