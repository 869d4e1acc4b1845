/** Whether a caption is text: asked by the plugin before a request, and by the server of whatever comes. */

/** At least one letter or digit, as emoji alone name no word; no control character, and no half of a surrogate pair. */
export const isReadable = (caption: string): boolean => /^(?=.*[\p{L}\p{N}])[^\p{Cc}\p{Cs}]*$/u.test(caption);
