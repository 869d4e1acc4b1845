/**
 * Bundles tests and the programs that they start into dist/test, because a process that loads sources through tsx spends half a
 * second of its processor's time on that, and each test file is a process. `import.meta` keeps saying where the source lies, but the
 * server's own programs are started from dist/server, which must be built.
 */
import { readFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { serverBundle } from "./server-bundle.mjs";

/** What tests start as processes of their own (test/fixtures/processes/test-program.ts), or as threads. */
const testPrograms = [
  "test/fixtures/processes/echo-thread.ts",
  "test/fixtures/processes/killed-training.ts",
  "test/app/hold-upload.ts",
  "test/app/work-small.ts",
  "test/app/work-trainings.ts",
  "test/http/serve-small.ts",
  "test/platform/lock-taker.ts",
];

/** Where children and threads are found beside the file that starts them (server/platform/processes/spawn.ts): in the build. */
const besideItself = 'new URL("./", import.meta.url)';
const built = `new URL(${JSON.stringify(pathToFileURL(path.resolve("dist/server/")).href)} + "/")`;

/** Comments and imports, with which a file opens. */
const opening = /^(\s*(\/\*[\s\S]*?\*\/|\/\/[^\n]*\n|import\b[^;]*;))*/;

/**
 * A test file as a suite, so that its hooks and awaits are its own where files share a process. A body that throws ends the process as
 * that of a module would, also where it holds something open; a second later, when the runner has reported it.
 * @param {string} text
 * @param {string} name
 */
function asSuite(text, name) {
  const [head = ""] = opening.exec(text) ?? [];
  const suite = `import { describe as file } from "node:test"; file(${JSON.stringify(name)}, () => (async () => {`;
  return `${head} ${suite}${text.slice(head.length)}\n})().catch(${afterFault(name)}));`;
}

const afterFault = (name) => `(error) => {
  console.error(${JSON.stringify(name)}, error);
  setTimeout(() => process.exit(1), 1000);
  throw error;
}`;

/**
 * @param {ReadonlySet<string>} shared test files that share a process
 * @returns {import("esbuild").Plugin}
 */
const sourcePlaces = (shared) => ({
  name: "source-places",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.(ts|tsx|mjs)$/ }, async ({ path: file }) => {
      if (file.includes("node_modules")) return undefined;
      const text = await readFile(file, "utf8");
      const name = path.relative(process.cwd(), file);
      const contents = (shared.has(name) ? asSuite(text, name) : text)
        .replaceAll(besideItself, built)
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(file).href))
        .replaceAll("import.meta.dirname", JSON.stringify(path.dirname(file)));
      return { contents, loader: file.endsWith(".tsx") ? "tsx" : file.endsWith(".ts") ? "ts" : "js" };
    }),
});

/** What a test file changes of its process, or counts there. */
const needsProcess = /process\.|globalThis|console\.|mock\.|processes\//;

/** Files of one room in a process: the runner follows every promise of a process, which costs more the more there were. */
const filesOfProcess = 8;

/**
 * Quick tests by the room that they share a process with: each process costs a third of a second before its first test.
 * @param {readonly string[]} tests
 * @returns {Map<string, string[]>} by name of their bundle, such as `engine.test` or `engine-2.test`
 */
function shareProcesses(tests) {
  const [rooms, counts] = [new Map(), new Map()];
  for (const file of tests) {
    if (needsProcess.test(readFileSync(file, "utf8"))) continue;
    const room = file.split("/")[1];
    const count = counts.get(room) ?? 0;
    counts.set(room, count + 1);
    const part = Math.floor(count / filesOfProcess);
    const name = part === 0 ? `${room}.test` : `${room}-${part + 1}.test`;
    rooms.set(name, [...(rooms.get(name) ?? []), file]);
  }
  return rooms;
}

/**
 * An esbuild plugin: the entry of a room, which runs one file's tests after another's.
 * @param {Map<string, string[]>} rooms
 * @returns {import("esbuild").Plugin}
 */
const roomEntries = (rooms) => ({
  name: "room-entries",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^room:/ }, ({ path: entry }) => ({ path: entry.slice("room:".length), namespace: "room" }));
    onLoad({ filter: /.*/, namespace: "room" }, ({ path: name }) => ({
      contents: (rooms.get(name) ?? []).map((file) => `import "./${file}";`).join("\n"),
      resolveDir: process.cwd(),
    }));
  },
});

/**
 * The bundles of the tests, in their order, those of quick tests last. Each lies in a folder with its place, because the runner of Node
 * 20 and 22 sorts its files by name.
 * @param {readonly string[]} tests paths from the repository's root
 * @param {readonly string[]} quick the same of tests that take seconds, of which some share a process
 * @returns {Promise<string[]>}
 */
export async function bundleTests(tests, quick) {
  const outdir = "dist/test";
  const rooms = shareProcesses(quick);
  const shared = new Set([...rooms.values()].flat());
  const own = [...tests, ...quick].filter((file) => !shared.has(file));
  const nameOf = (file) => file.replace(/^test\/(.*)\.ts$/, "$1");
  const bundles = [...tests.map(nameOf), ...rooms.keys(), ...quick.filter((file) => !shared.has(file)).map(nameOf)];
  const places = new Map(bundles.map((name, at) => [name, `${String(at).padStart(3, "0")}/${name}`]));
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
    plugins: [...serverBundle.plugins, sourcePlaces(shared), roomEntries(rooms)],
    entryPoints: [
      ...testPrograms.map((file) => ({ in: file, out: nameOf(file) })),
      ...own.map((file) => ({ in: file, out: places.get(nameOf(file)) })),
      ...[...rooms.keys()].map((name) => ({ in: `room:${name}`, out: places.get(name) })),
    ],
    outdir,
    splitting: true,
    sourcemap: true,
    sourcesContent: false,
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "warning",
  });
  return [...places.values()].map((name) => `${outdir}/${name}.js`);
}
