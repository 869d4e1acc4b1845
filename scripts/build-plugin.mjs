/**
 * Builds the plugin and its playground: plugin/main.js for Figma's sandbox, plugin/ui.html as one file,
 * plugin/manifest.json from code, and playground/index.html, which carries all three.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { englishZod } from "./english-zod.mjs";
import { flatTexts } from "./flat-texts.mjs";

const root = path.resolve(import.meta.dirname, "..");
const source = (...parts) => path.join(root, "plugin", ...parts);

/** Figma's sandbox is an interpreter without module support: one script, no syntax younger than 2017. */
const mainTarget = "es2017";
/** Chromium of Figma's desktop app and of current browsers. */
const uiTarget = "chrome116";

/** A plugin built for another port must also start with it, so this constant is rewritten in the bundles. */
const withPort = (port) => ({
  name: "port",
  setup: ({ onLoad }) =>
    onLoad({ filter: /shared[\\/]messages[\\/]settings\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      const contents = text.replace(
        /(export const default(?:Port = |ServerUrl = "http:\/\/localhost:))\d+/g,
        `$1${port}`,
      );
      if (contents.split(`${port}`).length < 3)
        throw new Error("expected defaultPort and defaultServerUrl in shared/messages/settings.ts");
      return { contents, loader: "ts" };
    }),
});

/** The table of commands without members that a bundle does not read. A parameter that several commands share stays one. */
const withoutMembers = (commandTable, members) => ({
  name: "commands",
  setup: ({ onLoad }) =>
    onLoad({ filter: /shared[\\/]commands\.ts$/ }, () => {
      const parameters = commandTable.flatMap((command) => command.parameters ?? []);
      const shared = [...new Set(parameters.filter((parameter, at) => parameters.indexOf(parameter) !== at))];
      const codeOf = (value) =>
        JSON.stringify(value, (key, member) => {
          if (members.includes(key)) return undefined;
          const at = shared.indexOf(member);
          return at < 0 ? member : `shared ${at}`;
        }).replace(/"shared (\d+)"/g, "shared$1");
      const constants = shared.map((parameter, at) => `const shared${at} = ${JSON.stringify(parameter)};`);
      return {
        contents: `${constants.join("\n")}\nexport const commandTable = ${codeOf(commandTable)};`,
        loader: "js",
      };
    }),
});

/** The caps that the plugin names, as numbers: the table of all of them has more bytes than these. */
const withLimits = (limits) => ({
  name: "limits",
  setup: ({ onLoad }) =>
    onLoad({ filter: /(plugin[\\/](main|ui)|shared)[\\/][\w\\/.-]+\.tsx?$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      if (!/(?<![.\w])limits\./.test(text) || file.endsWith("limits.ts")) return undefined;
      const contents = text.replace(/(?<![.\w])limits\.(\w+)/g, (named, key) =>
        key in limits ? String(limits[key]) : named,
      );
      return { contents, loader: file.endsWith("x") ? "tsx" : "ts" };
    }),
});

async function bundle(entry, target, minify, { port, limits, commands, hasFlatTexts = false, ...extra } = {}) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "iife",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import", "module", "browser"],
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    plugins: [
      englishZod,
      ...(port === undefined ? [] : [withPort(port)]),
      ...(hasFlatTexts ? [flatTexts] : []),
      ...(commands === undefined ? [] : [commands]),
      ...(limits === undefined ? [] : [withLimits(limits)]),
    ],
    target,
    minify,
    ...extra,
  });
  return result.outputFiles[0].text;
}

/** The style sheets of a folder, joined in the order of their names. */
async function bundleCss(folder, minify) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".css")).sort();
  const sheets = await Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")));
  return (await transform(sheets.join("\n"), { loader: "css", minify, target: uiTarget })).code;
}

/** A script inside HTML ends at its first end tag, also inside a string. */
const forScript = (code) => code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
/** JSON inside HTML. */
const forJson = (value) => JSON.stringify(value).replaceAll("<", "\\u003c");

async function load(file) {
  const code = await bundle(file, "node20", false, { format: "esm" });
  return import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
}

/**
 * @param {{ outDir?: string, port?: number, minify?: boolean }} [options] outDir gets `plugin/` and `playground/`.
 * @returns sizes in bytes by file
 */
export async function buildPlugin({ outDir = path.join(root, "dist"), port, minify = true } = {}) {
  const [{ limits }, { commandTable, menuMembers, mainMembers }, { buildManifest }] = await Promise.all([
    load(path.join(root, "shared", "limits.ts")),
    load(path.join(root, "shared", "commands.ts")),
    load(source("manifest.ts")),
  ]);
  const manifest = buildManifest(port);
  const [main, uiCode, uiCss, pageCode, pageCss, pageHtml] = await Promise.all([
    bundle(source("main", "main.ts"), mainTarget, minify, {
      ...{ port, limits, commands: withoutMembers(commandTable, menuMembers) },
    }),
    bundle(source("ui", "main.tsx"), uiTarget, minify, {
      ...{ port, limits, hasFlatTexts: true, commands: withoutMembers(commandTable, mainMembers) },
      ...{ jsx: "automatic", jsxImportSource: "preact" },
    }),
    bundleCss(source("ui", "css"), minify),
    bundle(source("simulator", "page", "main.ts"), uiTarget, minify),
    bundleCss(source("simulator", "page", "css"), minify),
    readFile(source("simulator", "page", "index.html"), "utf8"),
  ]);
  const ui =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tau</title><style>${uiCss}</style></head>` +
    `<body><div id="app"></div><script>${forScript(uiCode)}</script></body></html>`;
  const parts = { css: pageCss, js: forScript(pageCode), plugin: forJson({ main, ui, manifest }) };
  const playground = pageHtml.replace(/\/\*\{(css|js)\}\*\/|"\{(plugin)\}"/g, (_, text, json) => parts[text ?? json]);
  const files = {
    "plugin/main.js": main,
    "plugin/ui.html": ui,
    "plugin/manifest.json": `${JSON.stringify(manifest, null, 2)}\n`,
    "playground/index.html": playground,
  };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(outDir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.byteLength(text)]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await buildPlugin());
