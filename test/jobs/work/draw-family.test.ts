/** How often a family is traced: answers in a style's own colours once, others once more in the colours of all. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { drawFamily, type FamilyDeps } from "../../../server/jobs/work/draw-family.ts";
import type { ResolvedRequest } from "../../../shared/contract/generations/generation-request.ts";
import { FamilyRequestSchema, type Vector } from "../../../shared/contract/vectors.ts";

type Options = Parameters<FamilyDeps["vectorise"]>[1];

async function traced(
  translation: object,
  more: object = {},
  onRequest: (request: ResolvedRequest) => void = () => {},
): Promise<Options[]> {
  const seen: Options[] = [];
  const own = { id: "draws", conditions: ["caption"], styles: [], ...translation };
  const deps = {
    inference: {
      generate: async (asked: ResolvedRequest, { onImage }: { onImage: (image: object) => void }) => {
        onRequest(asked);
        onImage({ index: 0, rgba: new Uint8Array(4), widthPx: 1, heightPx: 1, seed: 1, logLikelihood: 0 });
      },
    },
    packs: [{ id: "pack", digest: "d", translations: [own] }],
    vectorise: async (_: unknown, options: Options): Promise<Vector> => {
      seen.push(options);
      const layer = { name: "red", hex: "#aa0000", share: 1 };
      return { widthPx: 1, heightPx: 1, layers: [layer], svg: "<svg/>", segments: 1 } as unknown as Vector;
    },
    imagesOf: async () => new Map(),
    encodePng: async () => new Uint8Array(1),
  } as unknown as FamilyDeps;
  const request = FamilyRequestSchema.parse({ translation: "draws", names: ["cat"], seed: 1, ...more });
  await drawFamily({ ...request, seed: 1 }, deps, new AbortController().signal);
  return seen;
}

it("answers in the style's own colours are traced once, and keep them and their gradients", async () => {
  const asked = { lines: "strokes", viewBox: 24, ink: "current" };
  assert.deepEqual(await traced({ captionsFrom: "caption" }, asked), [{ title: "cat", ...asked }]);
});

it("icons of a flow between styles are asked for as a family, others each alone", async () => {
  const familyOf = async (translation: object) => {
    const asked: unknown[] = [];
    await traced(translation, {}, ({ family }) => asked.push(family));
    return asked;
  };
  assert.deepEqual(await familyOf({ captionsFrom: "caption" }), [["cat"]]);
  assert.deepEqual(await familyOf({}), [undefined]);
});

it("others are traced again in the colours that the set has most of, unless a palette is given", async () => {
  const twice = await traced({}, { lines: "strokes" });
  assert.deepEqual(
    twice.map(({ lines, palette }) => [lines, palette]),
    [
      ["outlines", undefined],
      ["strokes", ["#aa0000"]],
    ],
  );
  const given = await traced({}, { palette: ["#00ff00"] });
  assert.deepEqual(
    given.map(({ palette }) => palette),
    [["#00ff00"]],
  );
});
