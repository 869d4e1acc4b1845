/** An esbuild plugin that leaves out zod's messages in other languages than English; Tau words errors by its own tables. */
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
