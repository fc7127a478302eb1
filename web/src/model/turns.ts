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
