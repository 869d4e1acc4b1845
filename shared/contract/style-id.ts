/** The name of a style that has one; a style that icons show has none. Apart from conditions.ts, because the plugin's main code loads no zod. */
import type { Style } from "./conditions.ts";

export const styleIdOf = (style: Style | undefined): string | undefined =>
  typeof style === "string" ? style : undefined;
