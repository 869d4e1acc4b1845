/** The pack that ships, end to end in a real child: verified, small enough, obedient to its conditions, reproducible. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createInferenceClient } from "../../server/inference/client.ts";
import type { ImageResult } from "../../server/inference/protocol.ts";
import { Catalogue, packsHome } from "../../server/packs/catalogue.ts";
import { type GenerationInput, ResolvedRequestSchema } from "../../shared/contract.ts";

describe("the default pack", () => {
  const client = createInferenceClient({ packsDir: packsHome(), provider: "cpu", threads: 1 });
  before(async () => {
    await client.start();
  });
  after(() => client.close());

  async function generate(input: GenerationInput): Promise<ImageResult[]> {
    const images: ImageResult[] = [];
    const request = ResolvedRequestSchema.parse({ seed: 1, count: 1, ...input });
    await client.generate(request, { onImage: (image) => void images.push(image) });
    return images;
  }

  it("is at most 120 MB, with licence and source of every part", async () => {
    const [pack] = (await Catalogue.open(packsHome())).packs();
    assert.ok(pack!.sizeBytes <= 120e6, `${pack!.sizeBytes / 1e6} MB`);
    for (const { name, licence, source } of pack!.parts) assert.ok(name && licence && source);
    assert.deepEqual(client.ready?.packs, [{ id: pack!.id, digest: pack!.digest }]);
  });

  it("needs at most 900 MB", () => assert.ok(client.ready!.rssBytes! <= 900e6, `${client.ready!.rssBytes! / 1e6} MB`));

  it("makes 128 px images with transparency", async () => {
    const [image] = await generate({ condition: { caption: "red apple", style: "noto" }, temperature: 0 });
    assert.deepEqual([image!.widthPx, image!.heightPx], [128, 128]);
    const alphas = image!.rgba.filter((_, index) => index % 4 === 3);
    assert.ok(alphas.some((alpha) => alpha === 0) && alphas.some((alpha) => alpha > 250));
  });

  it("makes image n of a batch again alone, byte for byte, also beside other requests", async () => {
    const condition = { caption: "purple octopus" };
    const [batch] = await Promise.all([
      generate({ condition, count: 11, seed: 50 }),
      generate({ condition: { style: "twemoji" }, count: 4, guidance: 2 }),
    ]);
    for (const index of [0, 7, 8, 10]) {
      const [alone] = await generate({ condition, seed: 50 + index });
      assert.deepEqual({ ...alone!, index }, batch[index]);
    }
  });

  it("obeys colour words: a red heart is redder than a blue one, which is bluer", async () => {
    const excessOfRed = async (caption: string): Promise<number> => {
      const [image] = await generate({ condition: { caption }, temperature: 0 });
      let [red, blue] = [0, 0];
      for (let at = 0; at < image!.rgba.length; at += 4) {
        const alpha = image!.rgba[at + 3]! / 255;
        red += alpha * image!.rgba[at]!;
        blue += alpha * image!.rgba[at + 2]!;
      }
      return (red - blue) / (red + blue);
    };
    const [red, blue] = [await excessOfRed("red heart"), await excessOfRed("blue heart")];
    assert.ok(red > 0.1 && blue < -0.1, `red ${red.toFixed(2)}, blue ${blue.toFixed(2)}`);
  });
});
