/** A plugin of esbuild's: zod carries its messages in fifty languages; failures are worded by our own tables, so English is enough. */
import path from "node:path";

/** @type {import("esbuild").Plugin} */
export const englishZod = {
  name: "english-zod",
  setup: ({ onLoad }) =>
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path: file }) => ({
      contents: 'export { default as en } from "./en.js";',
      resolveDir: path.dirname(file),
    })),
};
