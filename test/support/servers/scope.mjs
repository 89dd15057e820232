/**
 * What was begun for one server, so that all of it can be undone, newest first, whether the
 * server came up, failed half way or was never needed.
 */
export class Scope {
  #undo = [];

  defer(undo) {
    this.#undo.push(undo);
  }

  async close() {
    for (const undo of this.#undo.splice(0).reverse()) await undo();
  }
}
