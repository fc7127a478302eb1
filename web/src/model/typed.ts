/** What has been typed or chosen in a form, by its fields: what each had before, and what it has now. */

export class Typed<Field> {
  private readonly before = new Map<Field, string>();
  private readonly now = new Map<Field, string>();

  /** The field is gone into for the first time, or again. */
  begin(field: Field, value: string): void {
    if (!this.before.has(field)) this.before.set(field, value);
  }

  /** One that nobody was seen to go into counts as changed. */
  change(field: Field, value: string): void {
    this.now.set(field, value);
  }

  /** Something else is in a field than before, and that field is still there. */
  isThere(isShown: (field: Field) => boolean): boolean {
    return [...this.now].some(([field, value]) => isShown(field) && value !== this.before.get(field));
  }
}
