/** Names of files that a command writes beside each other: two sources with one name never overwrite each other. */

/**
 * Gives each stem once: the second `icon` is `icon-2`, and a number goes on until it is free. Upper and lower case are one name, as
 * on the disks of macOS and Windows.
 */
export function createStems(): (stem: string) => string {
  const used = new Set<string>();
  return (stem) => {
    let own = stem;
    for (let number = 2; used.has(own.toLowerCase()); number += 1) own = `${stem}-${number}`;
    used.add(own.toLowerCase());
    return own;
  };
}
