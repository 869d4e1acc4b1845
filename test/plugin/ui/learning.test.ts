/** Learning a style: icons of the canvas become a training on a real server, which ends as a style in the menu, or is taken back. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type ApiClient, createApiClient } from "../../../plugin/ui/client/api-client.ts";
import { Failure } from "../../../plugin/ui/client/failure.ts";
import { ownStyles, translationFor } from "../../../plugin/ui/client/translations.ts";
import { examplesIn, outcomeOf, packNameOf, shareOfTraining, startLearning } from "../../../plugin/ui/learning.ts";
import type { SeenIcon } from "../../../plugin/ui/state/state.ts";
import type { Training } from "../../../shared/contract/training.ts";
import { tinyExamples } from "../../fixtures/tiny-examples.ts";
import { SmallInference } from "../../http/small-inference.ts";
import { makeHome, startTrainingServer, stopServers, tinyTraining } from "../../http/trainings/training-server.ts";

const home = await makeHome();
after(async () => {
  await stopServers();
  await home.remove();
});
const pictures = await tinyExamples(24);
const icons = pictures.map(
  ({ png, captions }, index): SeenIcon => ({
    ...{ nodeId: `1:${index}`, nodeName: captions[0]!, widthPx: 16, heightPx: 16, provenance: "", vector: "" },
    ...{ imageHash: String(index), bytes: png, url: "" },
  }),
);
const noRaster = (): Promise<Uint8Array> => Promise.reject(new Error("expected images alone"));
const never = new AbortController().signal;

const { server } = await startTrainingServer(home, { inference: new SmallInference() });
const client = createApiClient({ serverUrl: server.url, token: server.token.value });
/** The same, with a training that takes a moment. */
const quick: ApiClient = {
  ...client,
  trainings: {
    ...client.trainings,
    start: (input, key) => client.trainings.start({ ...input, settings: tinyTraining.settings }, key),
  },
};

test("a style is said to stand in the menu only where the server draws with it", () => {
  const published = (isServed: boolean) => ({ version: "0.1.0", digest: "d", isServed });
  assert.equal(outcomeOf({ state: "cancelled", published: published(true) }), "learned");
  assert.equal(outcomeOf({ state: "cancelled", published: published(false) }), "learnedLater");
  assert.equal(outcomeOf({ state: "cancelled" }), "learnCancelled");
});

test("a training that published nothing says whether it draws no better or looks less like the style", () => {
  const result = (worseBy: "nats" | "judge") => ({ isBetter: false, worseBy }) as NonNullable<Training["result"]>;
  assert.equal(outcomeOf({ state: "done", result: result("nats") }), "notBetter");
  assert.equal(outcomeOf({ state: "done", result: result("judge") }), "notInStyle");
});

test("icons with names become examples, are learned with progress and previews, and the style stands in the menu", async () => {
  const sent: number[] = [];
  const started = await startLearning(quick, icons, "My blocks", noRaster, (count) => sent.push(count), never);
  assert.deepEqual(
    sent,
    Array.from({ length: 24 }, (_, i) => i + 1),
  );
  const stages = new Set<string>();
  const done = await quick.trainings.follow(
    started,
    (now) => {
      stages.add(now.progress.stage);
      const share = shareOfTraining(now);
      assert.ok(share === undefined || (share >= 0 && share <= 1));
    },
    never,
  );
  // Which of the earlier ones are seen depends on who is quicker.
  assert.ok(stages.has("finished") && done.state === "done", JSON.stringify(done.problem));
  assert.ok(done.result?.isServed && done.result.cost.kwh > 0);
  const preview = done.preview?.images[0];
  assert.deepEqual([...(await quick.readImage(preview!.path, never)).subarray(1, 4)], [80, 78, 71], "a PNG");
  const meta = await quick.readMeta();
  assert.ok(
    ownStyles(meta, "caption-to-artboard").some(({ id, label }) => id === "my-blocks" && label === "My blocks"),
  );
  assert.equal(translationFor(meta, "caption-to-artboard", "@my-blocks").translation.id, "my-blocks");
  assert.throws(() => translationFor(meta, "caption-to-artboard", "@gone"), Failure);
});

test("a training that is cancelled ends as such, and leaves no style", async () => {
  const started = await startLearning(client, icons, "Never mind", noRaster, () => undefined, never);
  await client.trainings.cancel(started.id);
  const ended = await client.trainings.follow(started, () => undefined, never);
  assert.equal(ended.state, "cancelled");
  assert.equal(
    ownStyles(await client.readMeta(), "caption-to-artboard").some(({ id }) => id === "never-mind"),
    false,
  );
});

test("too few icons, equal ones, a taken name and a name without letters are refused with their own words", async () => {
  const refused = async (given: readonly SeenIcon[], label: string, code: string): Promise<void> => {
    await assert.rejects(
      startLearning(client, given, label, noRaster, () => undefined, never),
      (error: unknown) => error instanceof Failure && error.code === code,
      code,
    );
  };
  await refused(icons.slice(0, 19), "Few", "dataset_invalid");
  await refused(
    icons.map((icon) => ({ ...icon, bytes: icons[0]!.bytes! })),
    "Equal",
    "dataset_invalid",
  );
  await refused(icons, "123", "style_name_missing");
  const { packs } = await client.readMeta();
  await refused(icons, packs[0]!.id, "name_taken");
});

test("icons named by number or tool alone are no examples, and names become ids of packs", () => {
  const named = ["key", "Vector 12", "Frame", "icons/red apple 3", "24"].map((nodeName) => ({
    ...icons[0]!,
    nodeName,
  }));
  assert.deepEqual(
    examplesIn(named).map(({ nodeName }) => nodeName),
    ["key", "icons/red apple 3"],
  );
  assert.equal(packNameOf("  My Ícons 2! "), "my-icons-2");
});
