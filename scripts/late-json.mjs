/**
 * An esbuild plugin for large tables of JSON: they stay text in the bundle until a field is first read. As an object, the dictionary of
 * captions alone took every process that draws a tenth of a second at its start. The table must be an object.
 */
import { readFile } from "node:fs/promises";

const textMinBytes = 100_000;

/** @type {import("esbuild").Plugin} */
export const lateJson = {
  name: "late-json",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.json$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      if (text.length < textMinBytes) return undefined;
      const table = JSON.parse(text);
      const getters = Object.keys(table).map(
        (key) => `get ${JSON.stringify(key)}() { return read()[${JSON.stringify(key)}]; }`,
      );
      return {
        contents: `let table;
const read = () => (table ??= JSON.parse(${JSON.stringify(JSON.stringify(table))}));
export default { ${getters.join(", ")} };`,
      };
    }),
};
