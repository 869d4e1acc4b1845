/** The manifest is exactly what Figma needs: any change here is a change of what users are asked to trust. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { buildManifest } from "../../plugin/manifest.ts";
import { buildPlugin } from "../../scripts/build-plugin.mjs";

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
    "relaunchButtons",
    "ui",
  ]);
  assert.equal(manifest.documentAccess, "dynamic-page");
  assert.deepEqual(manifest.editorType, ["figma", "figjam", "slides"]);
  assert.equal(manifest.main, "main.js");
  assert.equal(manifest.ui, "ui.html");
});

test("the network list is one local address by name with its port, and says why", () => {
  assert.deepEqual(buildManifest().networkAccess.allowedDomains, ["http://localhost:7826"]);
  assert.deepEqual(buildManifest(9000).networkAccess.allowedDomains, ["http://localhost:9000"]);
  assert.ok(buildManifest().networkAccess.reasoning.length > 40);
});

test("the menu offers the artboard command with a quick action, and the settings", () => {
  const [captions, settings, ...rest] = buildManifest().menu;
  assert.equal(rest.length, 0);
  assert.equal(captions?.name, "Caption to artboard…");
  assert.equal(captions?.parameterOnly, false);
  assert.deepEqual(
    captions?.parameters?.map(({ key, optional = false, allowFreeform = false }) => [key, optional, allowFreeform]),
    [
      ["caption", false, true],
      ["style", true, false],
      ["count", true, false],
    ],
  );
  assert.equal(settings?.command, "settings");
});

test("every node that Tau makes can be regenerated, several at once", () => {
  assert.deepEqual(buildManifest().relaunchButtons, [
    { command: "regenerate", name: "Regenerate", multipleSelection: true },
  ]);
});

test("a plugin built for another port asks for that port and starts with it", async () => {
  const outDir = await mkdtemp(path.join(tmpdir(), "tau-port-"));
  await buildPlugin({ outDir, port: 9000 });
  const [main, manifest] = await Promise.all(
    ["main.js", "manifest.json"].map((name) => readFile(path.join(outDir, "plugin", name), "utf8")),
  );
  assert.deepEqual(JSON.parse(manifest!), JSON.parse(JSON.stringify(buildManifest(9000))));
  assert.match(main!, /9000|9e3/);
  assert.doesNotMatch(main!, /7826/);
  await rm(outDir, { recursive: true });
});
