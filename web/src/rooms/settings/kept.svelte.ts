/** What the rooms of settings have asked the recorder for, and what it has refused last, in its own words. */
import { wordsOf } from "../../api/client";
import { access } from "../../texts/access";

export class Kept {
  refused = $state("");

  /** True when nothing was refused. */
  protected async keep(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      this.refused = "";
      return true;
    } catch (error) {
      this.refused = wordsOf(error, access().noAnswer);
      return false;
    }
  }
}
