/** What the rooms of settings have asked the recorder for, and what it has refused last, in its own words. */
import { Refusal, wordsOf } from "../../api/client";
import { access } from "../../texts/access";

export class Kept {
  refused = $state("");
  /** Which field of the form that is about; null: none. */
  protected field = $state<string | null>(null);

  /** True when nothing was refused. */
  protected async keep(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      this.refused = "";
      this.field = null;
      return true;
    } catch (error) {
      this.refused = wordsOf(error, access().noAnswer);
      this.field = error instanceof Refusal ? error.field : null;
      return false;
    }
  }
}
