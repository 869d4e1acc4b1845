/**
 * onnxruntime-web in the place of onnxruntime-node, as on systems that the latter has no binary for. `TAU_RUNTIME=web`
 * brings it about in children; one test has the binary itself missing.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { readConfig } from "../../server/app/config.ts";
import { startServer } from "../../server/app/main.ts";
import { importExpert } from "../../server/importers/import-expert.ts";
import { createInferenceClient } from "../../server/inference/client.ts";
import type { ImageResult } from "../../server/inference/protocol.ts";
import { packsHome } from "../../server/packs/catalogue.ts";
import { joinPublished } from "../../server/recipes/join-published.ts";
import { ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import { MetaSchema } from "../../shared/contract/meta.ts";
import { runBundled } from "../fixtures/processes/run-bundled.ts";
import { tinyFullDraft, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { writeCheckpoint } from "../recipes/tiny-experts.ts";
import "../fixtures/processes/programs.ts";

const folder = await mkdtemp(join(tmpdir(), "tau-web-runtime-"));
const packsDir = join(folder, "packs");
before(() => writeTinyPack(packsDir, tinyFullDraft));
after(async () => {
  delete process.env["TAU_RUNTIME"];
  await rm(folder, { recursive: true });
});

const request = ResolvedRequestSchema.parse({
  condition: { caption: "red apple", style: "flat", label: "red" },
  count: 3,
  seed: 7,
  guidance: 2,
});

/** What a child of this runtime calls its provider, and its images. */
async function drawWith(
  runtime: "auto" | "web",
  packs = packsDir,
  requested = request,
): Promise<{ provider: string; images: ImageResult[] }> {
  process.env["TAU_RUNTIME"] = runtime;
  const client = createInferenceClient({ packsDir: packs, provider: "auto", threads: 1 });
  try {
    const { provider } = await client.start();
    const images: ImageResult[] = [];
    await client.generate(requested, { onImage: (image) => void images.push(image) }, new Map());
    return { provider, images };
  } finally {
    await client.close();
  }
}

/** Every value within 1 of 255. */
function requireAlike(images: readonly ImageResult[], expected: readonly ImageResult[]): void {
  for (const [at, { rgba }] of images.entries()) {
    const largest = rgba.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[at]!.rgba[i]!)), 0);
    assert.ok(largest <= 1, `image ${at}: expected values within 1 of 255, got ${largest}`);
  }
}

describe("a system without a binary of onnxruntime-node", () => {
  it("a system without a binary of onnxruntime-node draws the same images in WebAssembly, within rounding, and reports the provider wasm", async () => {
    const native = await drawWith("auto");
    const web = await drawWith("web");
    assert.deepEqual([native.provider, web.provider], ["cpu", "wasm"]);
    assert.equal(web.images.length, 3);
    requireAlike(web.images, native.images);
  });

  it("a system without a binary of onnxruntime-node reads weights that lie beside their graphs, as imported networks have them", async () => {
    const [imports, to] = [join(folder, "imports"), join(folder, "joined")];
    await mkdir(imports);
    for (const kind of ["net2net-flow", "basicae"] as const) {
      await writeCheckpoint(kind, join(imports, `${kind}.safetensors`));
      await importExpert(join(imports, `${kind}.safetensors`), { to: imports, kind });
    }
    const labels = ["oil", "photo", "ink", "anime", "chalk"];
    const joined = { experts: imports, flow: "net2net-flow", target: "basicae", labels, name: "style", to } as const;
    await joinPublished({ ...joined, id: "domains" });
    const requested = { translation: "domains", condition: { style: "ink" }, count: 2, seed: 7, guidance: 0 };
    const draw = (runtime: "auto" | "web") => drawWith(runtime, to, ResolvedRequestSchema.parse(requested));
    const [native, web] = [await draw("auto"), await draw("web")];
    assert.deepEqual([native.provider, web.provider, web.images.length], ["cpu", "wasm", 2]);
    requireAlike(web.images, native.images);
  });

  it("a system without a binary of onnxruntime-node serves, and names the provider in /v1/meta", async () => {
    process.env["TAU_RUNTIME"] = "web";
    const config = readConfig({ port: "0", data: join(folder, "data"), packs: packsDir });
    const server = await startServer({ ...config, logLevel: "silent" });
    await server.ready;
    const headers = { Authorization: `Bearer ${server.token.value}` };
    const meta = MetaSchema.parse(await (await fetch(`${server.url}/v1/meta`, { headers })).json());
    await server.stop();
    assert.equal(meta.provider, "wasm");
  });

  it("a system without a binary of onnxruntime-node falls back by itself, with one warning, when the binary is missing", async () => {
    // Fails as Node does where the package has no file for the system.
    const hooks = `export const resolve = (name, context, next) => {
      if (name === "onnxruntime-node") throw Object.assign(new Error("Cannot find module"), { code: "MODULE_NOT_FOUND" });
      return next(name, context);
    };`;
    const program = `
      import { register } from "node:module";
      register("data:text/javascript," + encodeURIComponent(${JSON.stringify(hooks)}));
      const { runtime } = await import("./server/onnx/runtime.ts");
      await import("./server/onnx/session.ts");
      console.log(runtime.processor, runtime.listProviders().join());`;
    const args = ["--import", "tsx", "--input-type=module", "--eval", program];
    const env = { ...process.env, TAU_RUNTIME: "auto" };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
    assert.equal(stdout, "wasm wasm\n");
    assert.match(stderr, /onnxruntime-node has no binary for \w+ on \w+: running on onnxruntime-web/);
    assert.equal(stderr.split("running on onnxruntime-web").length, 2);
  });

  it("a system without a binary of onnxruntime-node makes an image with the pack that ships, from the bundle, which finds the WebAssembly file", async () => {
    process.env["TAU_RUNTIME"] = "web";
    const { stdout, stderr } = await runBundled(
      { child: "server/inference/child.ts", tiles: "server/upscaling/tile-thread.ts" },
      `import { deserialize } from "node:v8";
      import { createInferenceClient } from "./server/inference/client.ts";
      const { packsDir, request } = deserialize(Buffer.from(process.argv[2], "base64"));
      const client = createInferenceClient({ packsDir, packIds: ["icons"], provider: "auto", threads: 0 });
      const { provider } = await client.start();
      await client.generate(request, { onImage: ({ widthPx, heightPx, rgba }) => {
        const isDrawn = rgba.some((value, at) => at % 4 === 3 && value > 250) && rgba.some((value, at) => at % 4 === 3 && value === 0);
        console.log(JSON.stringify({ provider, widthPx, heightPx, isDrawn }));
      } }, new Map());
      await client.close();`,
      {
        packsDir: packsHome(),
        request: ResolvedRequestSchema.parse({ condition: { caption: "red apple" }, count: 1, seed: 1 }),
      },
    );
    assert.deepEqual(JSON.parse(stdout), { provider: "wasm", widthPx: 128, heightPx: 128, isDrawn: true });
    assert.equal(stderr.split("running on onnxruntime-web").length, 2, stderr);
  });
});
