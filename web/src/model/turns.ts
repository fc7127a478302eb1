/**
 * Work that is asked for again and again and of which only the newest result counts: it never runs twice at once, so that
 * no older answer can come after a newer one. Asked for while it runs, it runs once more afterwards.
 */
export function inTurn(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let isWanted = false;

  async function run(): Promise<void> {
    do {
      isWanted = false;
      await work();
    } while (isWanted);
  }

  return () => {
    isWanted = true;
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  };
}

/** Of requests that overlap only the newest counts. */
export class Newest {
  private begun = 0;
  private open = 0;

  /** An answer is waited for. */
  get isAwaited(): boolean {
    return this.open > 0;
  }

  /** The answer; null where another request was begun meanwhile. */
  async of<Answer>(work: () => Promise<Answer>): Promise<Answer | null> {
    const turn = (this.begun += 1);
    this.open += 1;
    try {
      const answer = await work();
      return turn === this.begun ? answer : null;
    } finally {
      this.open -= 1;
    }
  }
}
