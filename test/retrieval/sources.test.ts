/** Whose drawings an image started from: named by set, icon, licence and author, kept in the PNG, and limited by licences. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { encodePng } from "../../server/images/codec.ts";
import type { ImageResult } from "../../server/inference/protocol.ts";
import { createService, type InferenceService } from "../../server/inference/service.ts";
import { Catalogue } from "../../server/packs/catalogue.ts";
import { loadPacks } from "../../server/packs/load.ts";
import { attributionOf } from "../../shared/contract/generations/attribution.ts";
import { ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import type { TranslationInfo } from "../../shared/contract/meta.ts";
import { checkLicences } from "../../shared/contract/translation-rules.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyDraft, withRetrieval, writeTinyPack } from "../fixtures/tiny-pack.ts";

const folder = temporaryFolder("sources");
const drawings = [
  { styles: ["round"], set: "circles", licence: "MIT", author: "Ada" },
  { styles: ["sharp"], set: "corners", licence: "CC-BY-4.0", home: "https://corners.example" },
];
let service: InferenceService;
let info: TranslationInfo;

before(async () => {
  const { translations, ...draft } = withRetrieval(tinyDraft);
  await writeTinyPack(folder, { ...draft, translations: [{ ...translations[0]!, drawings }] });
  const catalogue = await Catalogue.open(folder);
  info = catalogue.packs()[0]!.translations[0]!;
  service = createService((await loadPacks(catalogue, { threads: 1 })).translations, 8);
});

async function draw(fields: object): Promise<ImageResult> {
  const request = ResolvedRequestSchema.parse({
    condition: { caption: "red", style: "flat" },
    count: 1,
    seed: 5,
    ...fields,
  });
  const images: ImageResult[] = [];
  await service.generate({
    ...{ request, images: new Map(), signal: new AbortController().signal },
    onProgress: () => {},
    onFindings: () => {},
    onImage: (image) => void images.push(image),
  });
  return images[0]!;
}

describe("the drawings that an image started from", () => {
  it("the drawings that an image started from are named with set, icon, licence and author, most of it first, up to the whole", async () => {
    const { sources = [] } = await draw({});
    assert.deepEqual(new Set(sources.map(({ set }) => set)), new Set(["circles", "corners"]));
    const shares = sources.map(({ share }) => share);
    assert.deepEqual(
      shares,
      [...shares].sort((a, b) => b - a),
    );
    assert.ok(shares.reduce((sum, share) => sum + share, 0) <= 1.01);
    const circle = sources.find(({ set }) => set === "circles")!;
    assert.deepEqual([circle.licence, circle.author, circle.home], ["MIT", "Ada", undefined]);
  });

  it("the drawings that an image started from are none where nothing is retrieved", async () => {
    assert.equal((await draw({ retrieval: 0 })).sources, undefined);
  });

  it("the drawings that an image started from are only those of the requested licences, which changes the image", async () => {
    const all = await draw({});
    const free = await draw({ licences: ["MIT"] });
    assert.deepEqual(new Set(free.sources?.map(({ licence }) => licence)), new Set(["MIT"]));
    assert.notDeepEqual(free.rgba, all.rgba);
  });

  it("licences under which a pack has no drawings are refused, with those that it has", () => {
    assert.deepEqual(info.licences, ["CC-BY-4.0", "MIT"]);
    checkLicences(info, ["MIT"]);
    assert.throws(() => checkLicences(info, ["MIT", "GPL-3.0"]), {
      code: "invalid_request",
      message: /licences: expected some of CC-BY-4\.0, MIT .*, got "GPL-3\.0"/,
    });
  });

  it("a set is called by its title, and by its id where none was kept", () => {
    const bell = { set: "ph", icon: "bell", licence: "MIT", share: 1 };
    assert.equal(attributionOf([{ ...bell, title: "Phosphor" }, bell]), "bell of Phosphor, MIT; bell of ph, MIT");
  });

  it("a PNG says whose drawings it was made from, and the same bytes for the same", async () => {
    const { sources = [] } = await draw({});
    const make = () => encodePng(new Uint8Array(16).fill(200), 2, 2, attributionOf(sources));
    const png = Buffer.from(await make());
    assert.match(png.toString("latin1"), /red of c\w+( by Ada)?, (MIT|CC-BY-4\.0)/);
    assert.deepEqual(Buffer.from(await make()), png);
  });
});
