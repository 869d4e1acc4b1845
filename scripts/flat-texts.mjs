/**
 * An esbuild plugin that writes the plugin's texts in other languages as the lines of one string, in the order of the English ones: the names
 * of the texts are in the bundle once, and no text has quotes of its own. The sources keep their names, which the compiler checks.
 */
import path from "node:path";

/** Texts by the order of `like`'s names, however deep they lie. @returns {readonly string[]} */
const flat = (texts, like) =>
  typeof like === "string" ? [texts] : Object.keys(like).flatMap((name) => flat(texts[name], like[name]));

/** The way back, as it stands in the bundle. */
const named = `export const named = (lines, like) => {
  const rest = lines.split("\\n");
  const next = (own) => typeof own === "string" ? rest.shift() : Array.isArray(own) ? own.map(next) :
    Object.fromEntries(Object.entries(own).map(([name, inner]) => [name, next(inner)]));
  return next(like);
};`;

/** @type {import("esbuild").Plugin} */
export const flatTexts = {
  name: "flat-texts",
  setup: ({ onLoad, onResolve, esbuild }) => {
    /** The exports of a source file, which Node itself may be unable to read. */
    const load = async (file) => {
      const { outputFiles } = await esbuild.build({ entryPoints: [file], bundle: true, write: false, format: "esm" });
      return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
    };
    onResolve({ filter: /^named-texts$/ }, () => ({ path: "named-texts", namespace: "texts" }));
    onLoad({ filter: /.*/, namespace: "texts" }, () => ({ contents: named }));
    onLoad({ filter: /plugin[\\/]ui[\\/]i18n[\\/][\w-]+\.ts$/ }, async ({ path: file }) => {
      if (/(en|texts)\.ts$/.test(file)) return undefined;
      const [{ en }, own] = await Promise.all([load(path.join(path.dirname(file), "en.ts")), load(file)]);
      const [[name, texts]] = Object.entries(own);
      const lines = flat(texts, en);
      const broken = lines.find((line) => line.includes("\n"));
      if (broken !== undefined) throw new Error(`${file}: expected texts of one line, got ${JSON.stringify(broken)}`);
      const contents = `import { named } from "named-texts"; import { en } from "./en.ts";
        export const ${name} = named(${JSON.stringify(lines.join("\n"))}, en);`;
      return { contents, resolveDir: path.dirname(file) };
    });
  },
};
