/**
 * The inference child: the only process that loads onnxruntime. Verifies and loads every pack, runs each translation once to
 * warm up, says so, then serves requests until its parent goes away. It never reloads a pack: sessions leak when released
 * (microsoft/onnxruntime#25325), so a new pack means a new child.
 */

import { AppError } from "../../shared/problem.ts";
import { flowBatch } from "../flow/flow-sessions.ts";
import { listProviders, type Provider } from "../onnx/session.ts";
import { Catalogue } from "../packs/catalogue.ts";
import { loadTranslations } from "../packs/load.ts";
import { Batcher } from "./batcher.ts";
import { type ChildConfig, type FromChild, faultOf, type ToChild } from "./messages.ts";

const started = performance.now();
const send = (message: FromChild): void => {
  process.send?.(message);
};

/** `auto` takes a GPU when this installation has one that loads, else the processor; anything else is an order. */
function chooseProvider(wanted: string): Provider {
  const available = listProviders();
  if (wanted === "auto") return available.includes("cuda") ? "cuda" : "cpu";
  if (!available.includes(wanted))
    throw new AppError(
      "provider_unavailable",
      `provider: expected one of ${available.join(", ")} on this machine, got ${wanted}; see "GPU" in the README`,
      {
        field: "provider",
        expected: available.join(", "),
        received: wanted,
      },
    );
  return wanted as Provider;
}

async function start({ packsFolder, provider: wanted, threads }: ChildConfig): Promise<Batcher> {
  const provider = chooseProvider(wanted);
  const catalogue = await Catalogue.open(packsFolder);
  await catalogue.verify();
  const translations = (
    await Promise.all(catalogue.entries.map((entry) => loadTranslations(entry, { provider, threads })))
  ).flat();
  const batcher = new Batcher(translations, flowBatch);
  for (const { id } of translations) {
    const request = {
      translation: id,
      condition: { caption: "warm up" },
      count: 1,
      seed: 0,
      temperature: 0,
      guidance: 0,
    };
    await batcher.generate({ request, signal: new AbortController().signal, onProgress: () => {}, onImage: () => {} });
  }
  const packs = catalogue.entries.map(({ manifest, digest }) => ({ id: manifest.id, digest }));
  send({
    type: "ready",
    info: { provider, packs, startMs: Math.round(performance.now() - started), pid: process.pid },
  });
  return batcher;
}

function serve(batcher: Batcher): void {
  const running = new Map<number, AbortController>();
  process.on("message", (message: ToChild) => {
    if (message.type === "cancel") running.get(message.job)?.abort();
    if (message.type !== "generate") return;
    const { job, request } = message;
    const abort = new AbortController();
    running.set(job, abort);
    batcher
      .generate({
        request,
        signal: abort.signal,
        onProgress: (progress) => send({ type: "progress", job, progress }),
        onImage: (image) => send({ type: "image", job, image }),
      })
      .then(
        () => send({ type: "done", job }),
        (error: unknown) => send({ type: "failed", job, fault: faultOf(error) }),
      )
      .finally(() => running.delete(job));
  });
}

process.on("disconnect", () => process.exit(0));
// The terminal sends Ctrl-C to the whole group; the parent decides when this process ends.
process.on("SIGINT", () => {});
process.once("message", (message: ToChild) => {
  if (message.type !== "start") return;
  start(message.config).then(serve, (error: unknown) => {
    send({ type: "unable", fault: faultOf(error) });
    process.exitCode = 1;
    process.disconnect?.();
  });
});
