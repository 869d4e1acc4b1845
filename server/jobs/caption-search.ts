/** Search of texts, as captions and labels, by words, whatever their case and order: what the list of generations is filtered by. */

/** The words of a text as they are compared. A NUL, which would end a query of SQLite, parts words too. */
export const wordsOf = (text: string): string[] =>
  text.normalize("NFKC").toLowerCase().replaceAll("\0", " ").split(/\s+/u).filter(Boolean);

/** Finds texts that hold every word of a query, also as a part of a longer word. */
export function captionFilter(query: string): (caption: string) => boolean {
  const wanted = wordsOf(query);
  return (caption) => {
    const words = wordsOf(caption).join(" ");
    return wanted.every((word) => words.includes(word));
  };
}
