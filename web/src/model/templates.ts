/** Templates of folders and files, and the tags that there are; `storage/names.py` evaluates them. */

/** As they stand between `${` and `}`; case matters. */
export const TAGS = ["yyyy", "MM", "dd", "hh", "HH", "mm", "ss", "fff", "channelname", "type"] as const;

/** What a template makes of a file's name, with the folders that are its own: the end of the whole path. */
export function ownPart(path: string, template: string): string {
  const own = template.split(/[\\/]/).filter((piece) => piece !== "" && piece !== ".").length;
  return path.split(/[\\/]/).slice(-Math.max(1, own)).join("/");
}
