/** `npm run fill`: how long 200 layers named by concept take from names to images, over HTTP from the real server and pack. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createApiClient } from "../../../plugin/ui/client/api-client.ts";
import { translationFor } from "../../../plugin/ui/client/translations.ts";
import { LabelIndex, matchNames, planNames } from "../../../plugin/ui/plans/labels.ts";
import { runJobs } from "../../../plugin/ui/run/run.ts";
import { defaultForm } from "../../../plugin/ui/state/form.ts";
import { readConfig } from "../../../server/app/config.ts";
import { startServer } from "../../../server/app/main.ts";
import { packsHome } from "../../../server/packs/catalogue.ts";

const layerCount = 200;

const folder = await mkdtemp(path.join(tmpdir(), "tau-fill-"));
const config = readConfig({ port: "0", data: folder, packs: packsHome(), provider: "cpu" }, {});
const server = await startServer({ ...config, logLevel: "silent" });
await server.ready;
const client = createApiClient({ serverUrl: server.url, token: server.token.value });
const meta = await client.readMeta();
const { packId, translation } = translationFor(meta, "fill-names");
const { labels } = translation;
const step = Math.floor(labels.length / layerCount);
const layers = Array.from({ length: layerCount }, (_, i) => ({ id: String(i), name: labels[i * step]!.label }));
for (const attempt of ["first", "second"]) {
  const started = performance.now();
  const matches = matchNames(layers, new LabelIndex(labels), {}, labels);
  const matchedMs = performance.now() - started;
  const form = { ...defaultForm, style: translation.defaultStyle ?? "", seed: attempt === "first" ? 1 : 2 };
  let imageCount = 0;
  await runJobs({
    client,
    packId,
    batchMax: meta.limits.batchMax,
    jobs: planNames(form, translation, matches),
    signal: new AbortController().signal,
    idempotencyKey: attempt,
    onStep: () => undefined,
    onResult: (_job, { images }) => {
      imageCount += images.length;
    },
    onRefused: ({ job }) => console.log(`refused: ${job.title}`),
  });
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${attempt}: ${imageCount} images in ${seconds.toFixed(1)} s, of which ${Math.round(matchedMs)} ms for matching names`,
  );
}
await server.stop();
await rm(folder, { recursive: true });
