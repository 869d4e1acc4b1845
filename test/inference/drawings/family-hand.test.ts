/** The sets that a family starts from follow from which captions it has, not from how they are listed, nor from a search that failed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Translation } from "../../../server/engine/translation.ts";
import { handOfFamily } from "../../../server/inference/drawings/family-hand.ts";
import { AppError } from "../../../shared/problem.ts";
import { captionsOf, fits } from "./small-library.ts";

const translation = { id: "restyle", target: { imageSizePx: 32 } } as unknown as Translation;
const wanted = { look: undefined, liveArea: undefined, fills: "none" } as const;

test("a family in another order, or with a caption twice, has the same sets", async () => {
  const captions = captionsOf({ box: fits, gem: fits, drone: fits });
  const hand = await handOfFamily(captions, translation, ["box", "gem", "drone"], wanted);
  assert.equal(await handOfFamily(captions, translation, ["drone", "box", "gem", "box"], wanted), hand);
  assert.notEqual(await handOfFamily(captions, translation, ["drone", "box"], wanted), hand);
});

for (const fault of [new Error("broken"), new AppError("out_of_memory", "broken")])
  test(`a search that failed is not kept: ${fault.name}`, async () => {
    const captions = captionsOf({ box: fits, gem: fits });
    let isBroken = true;
    const library: typeof captions.library = {
      ...captions.library,
      find: (query) => {
        if (isBroken) throw fault;
        return captions.library.find(query);
      },
    };
    const find = () => handOfFamily({ ...captions, library }, translation, ["box", "gem"], wanted);
    await assert.rejects(find(), /broken/);
    isBroken = false;
    assert.deepEqual([...(await find()).sets].slice(1), []);
  });
