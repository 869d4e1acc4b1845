/**
 * Bundles tests and the programs that they start into dist/test, because a process that loads sources through tsx spends half a
 * second of its processor's time on that, and each test file is a process. `import.meta` keeps saying where the source lies, but the
 * server's own programs are started from dist/server, which must be built.
 */
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { serverBundle } from "./server-bundle.mjs";

/** What tests start as processes of their own (test/fixtures/processes/test-program.ts). */
const testPrograms = [
  "test/fixtures/processes/killed-training.ts",
  "test/app/work-trainings.ts",
  "test/http/serve-small.ts",
  "test/platform/lock-taker.ts",
];

/** Where children and threads are found beside the file that starts them (server/platform/processes/spawn.ts): in the build. */
const besideItself = 'new URL("./", import.meta.url)';
const built = `new URL(${JSON.stringify(pathToFileURL(path.resolve("dist/server/")).href)} + "/")`;

/** @type {import("esbuild").Plugin} */
const sourcePlaces = {
  name: "source-places",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.(ts|tsx|mjs)$/ }, async ({ path: file }) => {
      if (file.includes("node_modules")) return undefined;
      const text = await readFile(file, "utf8");
      const contents = text
        .replaceAll(besideItself, built)
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(file).href))
        .replaceAll("import.meta.dirname", JSON.stringify(path.dirname(file)));
      return { contents, loader: file.endsWith(".tsx") ? "tsx" : file.endsWith(".ts") ? "ts" : "js" };
    }),
};

/**
 * The bundles of the tests, in their order.
 * @param {readonly string[]} tests paths from the repository's root
 * @returns {Promise<string[]>}
 */
export async function bundleTests(tests) {
  const outdir = "dist/test";
  await rm(outdir, { recursive: true, force: true });
  await build({
    ...serverBundle,
    // Packages that tests alone use stay outside: some have files of their own, and no two tests share them.
    external: [
      ...serverBundle.external,
      "@open-pencil/*",
      "axe-core",
      "esbuild",
      "playwright-core",
      "quickjs-emscripten",
    ],
    plugins: [...serverBundle.plugins, sourcePlaces],
    entryPoints: [...tests, ...testPrograms],
    outdir,
    outbase: "test",
    splitting: true,
    sourcemap: true,
    sourcesContent: false,
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "warning",
  });
  return tests.map((file) => `${outdir}/${file.replace(/^test\/(.*)\.ts$/, "$1.js")}`);
}
