interface Sized {
  readonly size: number;
}

/**
 * What lies in all maps and sets that are made while it counts. V8 tells how many maps there are, and
 * not what is in them: one that grows for ever would be one map.
 */
export class Census {
  readonly #original = { Map: globalThis.Map, Set: globalThis.Set };
  #made: WeakRef<Sized>[] = [];

  begin(): void {
    globalThis.Map = this.#counted(this.#original.Map);
    globalThis.Set = this.#counted(this.#original.Set);
  }

  end(): void {
    Object.assign(globalThis, this.#original);
  }

  /** What has been collected counts no more: collect before. */
  count(): { readonly maps: number; readonly entries: number } {
    this.#made = this.#made.filter((made) => made.deref() !== undefined);
    const entries = this.#made.reduce((total, made) => total + (made.deref()?.size ?? 0), 0);
    return { maps: this.#made.length, entries };
  }

  #counted<Collection extends MapConstructor | SetConstructor>(original: Collection): Collection {
    return new Proxy(original, {
      construct: (target, args, newTarget) => {
        const made = Reflect.construct(target, args, newTarget) as Sized;
        this.#made.push(new WeakRef(made));
        return made;
      },
    });
  }
}
