/** Something that is going to happen. */
export interface Happening {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/**
 * The true time of a world, in milliseconds, and what is going to happen in it: the earliest first,
 * and of the same instant, what was planned first. Nobody in the world sees this time.
 */
export class Timeline {
  nowAt: number;
  #planned = 0;
  /** A heap: each is before the two at twice its place. */
  readonly #heap: Happening[] = [];

  constructor(startAt: number) {
    this.nowAt = startAt;
  }

  at(at: number, run: () => void): Happening {
    const happening = {
      at: Math.max(at, this.nowAt),
      order: (this.#planned += 1),
      run,
      isCancelled: false,
    };
    this.#push(happening);
    return happening;
  }

  after(delayMs: number, run: () => void): Happening {
    return this.at(this.nowAt + delayMs, run);
  }

  /** Lets the next thing happen. @returns whether there was one */
  step(): boolean {
    for (let next = this.#pop(); next; next = this.#pop()) {
      if (next.isCancelled) continue;
      this.nowAt = next.at;
      next.run();
      return true;
    }
    return false;
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let place = heap.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (isBefore(heap[above]!, happening)) break;
      heap[place] = heap[above]!;
      place = above;
    }
    heap[place] = happening;
  }

  #pop(): Happening | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || !last) return first;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (isBefore(last, heap[below]!)) break;
      heap[place] = heap[below]!;
      place = below;
    }
    heap[place] = last;
    return first;
  }
}

function isBefore(one: Happening, other: Happening): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
