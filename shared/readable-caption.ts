/** Whether a caption is text: asked by the plugin before a request, and by the server of whatever comes. */

/**
 * At least one letter or digit, as emoji alone name no word; no control character, no half of a surrogate pair, and nothing that Unicode
 * says is no character, which no SVG could have in its title.
 */
export const isReadable = (caption: string): boolean =>
  /^(?=.*[\p{L}\p{N}])[^\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]*$/u.test(caption);
