/** What the built programs load at their start: a command and its child leave out the rooms that they may not need. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { it } from "node:test";
import { cliProgram } from "../fixtures/processes/programs.ts";

const folder = dirname(cliProgram);

/** Sources in a program and in all that it imports at once: the bundle names each in a comment. */
function sourcesOf(program: string): Set<string> {
  const [sources, seen] = [new Set<string>(), new Set<string>()];
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const text = readFileSync(join(folder, name), "utf8");
    for (const [, source] of text.matchAll(/^\/\/ ((?:server|shared|node_modules)\/\S+)$/gm)) sources.add(source!);
    for (const [, chunk] of text.matchAll(/^(?:import|\} from|import .* from) "\.\/([^"]+\.js)";$/gm)) visit(chunk!);
  };
  visit(program);
  return sources;
}

const builtCommand = (name: string): string => {
  const file = readdirSync(folder).find((one) => one.startsWith(`${name}-`) && one.endsWith(".js"));
  assert.ok(file, `expected ${name} as a file of its own`);
  return file;
};

const roomsOf = (sources: Iterable<string>): Set<string> =>
  new Set([...sources].flatMap((source) => /^server\/([^/]+)\//.exec(source)?.[1] ?? []));

it("tau itself loads no command, and none of what commands are made of, before it knows which one runs", () => {
  const sources = sourcesOf("cli.js");
  assert.ok(sources.has("server/cli/run-tau.ts"));
  assert.deepEqual([...roomsOf(sources)].sort(), ["cli", "inference", "platform"]);
  assert.deepEqual(
    [...sources].filter((source) => source.startsWith("node_modules/")),
    [],
  );
});

it("the inference child loads no expert, flow of translations or drawing room before it knows of a pack with translations", () => {
  const sources = sourcesOf("child.js");
  assert.ok(sources.has("server/onnx/session.ts"));
  for (const late of ["server/packs/load-translations.ts", "server/experts/registry.ts", "server/inference/batcher.ts"])
    assert.ok(!sources.has(late), late);
  for (const room of ["retrieval", "vector"]) assert.ok(!roomsOf(sources).has(room), room);
});

for (const name of ["upscale", "restyle", "generate"])
  it(`tau ${name} loads neither the runtime nor the server's log`, () => {
    const sources = sourcesOf(builtCommand(name));
    assert.ok(sources.has("server/cli/cli-session.ts"));
    for (const late of ["server/onnx/runtime.ts", "server/platform/log.ts", "server/http/app.ts"])
      assert.ok(!sources.has(late), late);
  });
