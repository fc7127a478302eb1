/** What lies in a recording, narrowed to what is searched for. */

export interface Said {
  /** The kind of an observation; empty for what is none. */
  code: string;
  name: string;
  text: string;
}

/** Those of the kind with all the words; all of them where none is left: then the recording was found by something else. */
export function narrowed<Entry extends Said>(
  all: readonly Entry[],
  { text, kind }: { text: string; kind: string },
): readonly Entry[] {
  const words = text.trim().toLowerCase().split(/\s+/);
  const found = all.filter((one) => {
    const said = `${one.name} ${one.text}`.toLowerCase();
    return (kind === "" || one.code === kind) && words.every((word) => said.includes(word));
  });
  return found.length > 0 ? found : all;
}
