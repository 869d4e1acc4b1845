/** The flow between styles: how likely a drawn latent is, where the graph says it in the run that draws, and where it takes runs of its own. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { encodeConditions } from "../../server/engine/conditions.ts";
import { normals } from "../../server/engine/random.ts";
import { type DrawnLatent, drawLatents, type Translation } from "../../server/engine/translation.ts";
import { Catalogue } from "../../server/packs/catalogue.ts";
import { loadPacks } from "../../server/packs/load.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { styleSizePx, tinyStyleDraft, writeTinyStylePack } from "../fixtures/tiny-style-pack.ts";

const folder = temporaryFolder("style-flow");
const dims = 8;

async function opened(says: "manner" | "likelihoods"): Promise<Translation> {
  await writeTinyStylePack(join(folder, says), tinyStyleDraft, { says });
  return (await loadPacks(await Catalogue.open(join(folder, says)), { threads: 1 })).translations[0]!;
}

/** Two rows at temperature 1: one as it is, one whose style's code is moved further from the drawing's own. */
async function drawBoth(translation: Translation): Promise<DrawnLatent[]> {
  const planes = normals(4, 1, 4 * styleSizePx ** 2).map((value) => Math.min(1, Math.abs(value)));
  const image = { kind: "image", planes, sizePx: styleSizePx, key: "noise" } as const;
  const own = { kind: "images", images: [image] } as const;
  const style = { kind: "text", text: "filled" } as const;
  const conditions = await encodeConditions(translation, { drawing: image, style, "drawing-style": own });
  const row = (seed: number, guidance: number) => ({
    residual: normals(seed, 2, dims),
    conditions,
    guidance: guidance === 0 ? [] : [{ weight: guidance, without: ["style"] }],
  });
  return drawLatents(translation, [row(1, 0), row(2, 3)]);
}

describe("a flow between styles", () => {
  let usual: readonly DrawnLatent[];
  let measured: readonly DrawnLatent[];
  before(async () => {
    usual = await drawBoth(await opened("manner"));
    measured = await drawBoth(await opened("likelihoods"));
  });

  it("a flow between styles draws the same latents whether its graph says how likely they are or not", () => {
    assert.deepEqual(
      measured.map(({ latent }) => latent),
      usual.map(({ latent }) => latent),
    );
  });

  it("a flow between styles says in the run that draws how likely a latent is under the given conditions, moved by guidance or not, and under none", () => {
    for (const [row, { logLikelihood, conditionGain }] of measured.entries()) {
      assert.ok(Math.abs(logLikelihood - usual[row]!.logLikelihood) < 1e-4, `row ${row}: ${logLikelihood}`);
      assert.ok(Math.abs(conditionGain - usual[row]!.conditionGain) < 1e-4, `row ${row}: ${conditionGain}`);
      assert.ok(Math.abs(conditionGain) > 1e-2, `row ${row}: conditions matter`);
    }
  });
});
