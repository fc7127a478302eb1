/**
 * A form over a table that others may change too. It begins with what is stored. While nothing is typed in it, it begins
 * again when that is another one; what is typed is never replaced, and never put over what somebody else has stored since.
 */
import { untrack } from "svelte";
import { setup } from "./setup.svelte";

interface Form<Table> {
  /** What is stored now; it may be another one each time. */
  stored: () => Table;
  /** Puts it into the fields. */
  begin: (table: Table) => void;
  /** All that is in the fields. */
  typed: () => unknown;
}

export class Begun<Table> {
  /** Nothing was sent, because somebody else has stored another one since the form began. */
  isOfOthers = $state(false);
  private stored = "";
  private typed = "";
  private isSaving = false;
  private readonly form: Form<Table>;

  /** While a component is made. */
  constructor(form: Form<Table>) {
    this.form = form;
    untrack(() => this.again());
    $effect(() => {
      const now = JSON.stringify(form.stored());
      untrack(() => {
        if (now !== this.stored && JSON.stringify(form.typed()) === this.typed) this.again();
      });
    });
  }

  /** The form begins with what is stored now; what was typed is gone. */
  again(): void {
    const table = this.form.stored();
    this.form.begin(table);
    this.stored = JSON.stringify(table);
    this.typed = JSON.stringify(this.form.typed());
    this.isOfOthers = false;
  }

  /** Sends what is typed, unless somebody else has stored another one since. True when it was accepted. */
  async save(send: () => Promise<boolean>): Promise<boolean> {
    if (this.isSaving) return false; // pressed twice
    this.isSaving = true;
    try {
      return await this.compareAndSend(send);
    } finally {
      this.isSaving = false;
    }
  }

  private async compareAndSend(send: () => Promise<boolean>): Promise<boolean> {
    await setup.refresh();
    this.isOfOthers = JSON.stringify(this.form.stored()) !== this.stored;
    if (this.isOfOthers) return false;
    const sent = JSON.stringify(this.form.typed());
    const isDone = await send();
    if (isDone && JSON.stringify(this.form.typed()) === sent) this.again();
    else if (isDone) this.stored = JSON.stringify(this.form.stored()); // what is typed meanwhile is left alone
    return isDone;
  }
}
