/**
 * An esbuild plugin that writes the plugin's texts in other languages as lists, in the order of the English ones: the names of the texts are
 * in the bundle once. The sources keep their names, which the compiler checks.
 */
import path from "node:path";

/** Values by the order of `like`'s names. @returns {unknown} */
const flat = (texts, like) =>
  typeof like === "string" || Array.isArray(like)
    ? texts
    : Object.keys(like).map((name) => flat(texts[name], like[name]));

/** The way back, as it stands in the bundle. */
const named = `export const named = (list, like) => typeof like === "string" || Array.isArray(like) ? list :
  Object.fromEntries(Object.entries(like).map(([name, own], at) => [name, named(list[at], own)]));`;

/**
 * @param {(file: string) => Promise<Record<string, object>>} load the exports of a source file
 * @returns {import("esbuild").Plugin}
 */
export const flatTexts = (load) => ({
  name: "flat-texts",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^named-texts$/ }, () => ({ path: "named-texts", namespace: "texts" }));
    onLoad({ filter: /.*/, namespace: "texts" }, () => ({ contents: named }));
    onLoad({ filter: /plugin[\\/]ui[\\/]i18n[\\/][\w-]+\.ts$/ }, async ({ path: file }) => {
      if (/(en|texts)\.ts$/.test(file)) return undefined;
      const [{ en }, own] = await Promise.all([load(path.join(path.dirname(file), "en.ts")), load(file)]);
      const [[name, texts]] = Object.entries(own);
      const contents = `import { named } from "named-texts"; import { en } from "./en.ts";
        export const ${name} = named(${JSON.stringify(flat(texts, en))}, en);`;
      return { contents, resolveDir: path.dirname(file) };
    });
  },
});
