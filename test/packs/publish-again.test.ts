/** Publishing the same translation again, as a run does that was killed just after it had published, makes no new version. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { writeFlowFile } from "../../server/flow/weights.ts";
import { openBasePack, withoutLabelConditions } from "../../server/packs/base-pack.ts";

import { type NewTranslation, publishOwnPack } from "../../server/packs/own-pack.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { writeTinyPack } from "../fixtures/tiny-pack.ts";

const root = temporaryFolder("again");

it("the same translation keeps its version and digest, another one gets the next version", async () => {
  const base = await openBasePack((await writeTinyPack(join(root, "shipped"))).pack);
  const packs = join(root, "packs");
  const journal = join(root, "run");
  const made: NewTranslation = {
    name: "mine",
    label: "Mine",
    draft: withoutLabelConditions(base.draft),
    flow: writeFlowFile(base.flow),
    metrics: { heldOutNatsPerDim: 1 },
    source: "24 captioned images",
    records: new Map([["log.jsonl", "{}\n"]]),
  };
  const first = await publishOwnPack(packs, base, made, journal);
  const again = await publishOwnPack(
    packs,
    base,
    { ...made, records: new Map([["log.jsonl", '{"other":1}\n']]) },
    journal,
  );
  assert.deepEqual(again, first);
  const next = await publishOwnPack(
    packs,
    base,
    { ...made, metrics: { heldOutNatsPerDim: 0.9 } },
    join(root, "other run"),
  );
  assert.deepEqual([first.version, next.version], ["0.1.0", "0.2.0"]);
  assert.notEqual(next.digest, first.digest);
  assert.deepEqual(await readdir(packs), ["mine"]);
});
