/** The manifest is exactly what Figma needs: any change here is a change of what users are asked to trust. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { buildManifest } from "../../plugin/manifest.ts";
import { buildPlugin } from "../../scripts/build-plugin.mjs";
import { commandTable, mainMembers, menuMembers } from "../../shared/commands.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

test("the manifest has exactly the fields that the plugin needs", () => {
  const manifest = buildManifest();
  assert.deepEqual(Object.keys(manifest).sort(), [
    "api",
    "documentAccess",
    "editorType",
    "id",
    "main",
    "menu",
    "name",
    "networkAccess",
    "permissions",
    "relaunchButtons",
    "ui",
  ]);
  assert.equal(manifest.documentAccess, "dynamic-page");
  assert.deepEqual(manifest.editorType, ["figma", "figjam", "slides"]);
  assert.deepEqual(manifest.permissions, ["teamlibrary"], "of libraries it reads colour variables, of people nothing");
  assert.equal(manifest.main, "main.js");
  assert.equal(manifest.ui, "ui.html");
});

test("the network list is one local address by name with its port, and says why", () => {
  assert.deepEqual(buildManifest().networkAccess.allowedDomains, ["http://localhost:7826"]);
  assert.deepEqual(buildManifest(9000).networkAccess.allowedDomains, ["http://localhost:9000"]);
  assert.deepEqual(buildManifest(9000).networkAccess.devAllowedDomains, ["http://localhost:9000"]);
  assert.match(buildManifest().networkAccess.reasoning, /captions, labels, .*cleaned names as captions/);
});

test("the menu has every command of the table, and quick actions request something that must be given", () => {
  const { menu } = buildManifest();
  const items = menu.flatMap((entry) => ("separator" in entry ? [] : [entry]));
  assert.deepEqual(
    items.map(({ command }) => command),
    commandTable.map(({ id }) => id),
  );
  for (const { name, parameters = [], parameterOnly } of items) {
    if (parameters.length === 0) continue;
    assert.equal(parameterOnly, false, name);
    assert.notEqual(parameters[0]!.optional, true, `${name}: optional parameters come last`);
  }
});

test("every node that Tau makes can be redrawn, made again, restyled, varied and enlarged, several at once", () => {
  const { relaunchButtons } = buildManifest();
  assert.deepEqual(
    relaunchButtons.map(({ command, name }) => [command, name]),
    [
      ["redraw", "Redraw"],
      ["make-again", "Make again"],
      ["upscale", "Upscale"],
      ["restyle", "Restyle"],
      ["drawings", "Other drawings"],
      ["variations", "Variations"],
      ["vectorise", "Vectorise"],
      ["recolour", "Recolour"],
      ["components", "Make components"],
      ["regenerate", "Redraw"],
    ],
  );
  assert.ok(relaunchButtons.every(({ multipleSelection }) => multipleSelection));
});

test("the bundles stay small: Figma parses both before the window opens", async () => {
  const outDir = temporaryFolder("size");
  const sizes = await buildPlugin({ outDir });
  assert.ok(sizes["plugin/ui.html"]! <= 307_000, `ui.html has ${sizes["plugin/ui.html"]} bytes`);
  assert.ok(sizes["plugin/main.js"]! <= 45_500, `main.js has ${sizes["plugin/main.js"]} bytes`);
});

test("a plugin built for another port asks for that port, starts with it, and its bundles have no members of commands that they do not read", async () => {
  const outDir = temporaryFolder("port");
  await buildPlugin({ outDir, port: 9000 });
  const [main, manifest, ui] = await Promise.all(
    ["main.js", "manifest.json", "ui.html"].map((name) => readFile(path.join(outDir, "plugin", name), "utf8")),
  );
  assert.deepEqual(JSON.parse(manifest!), JSON.parse(JSON.stringify(buildManifest(9000))));
  assert.match(main!, /9000|9e3/);
  assert.doesNotMatch(main!, /7826/);
  // Main carries no member of the table of commands that the menu alone reads.
  for (const member of menuMembers) assert.doesNotMatch(main!, new RegExp(`[{,]${member}:`));
  for (const member of mainMembers) assert.doesNotMatch(ui!, new RegExp(`[{,]${member}:["[!]`));
});
