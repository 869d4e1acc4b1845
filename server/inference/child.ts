/**
 * The inference child: the only process that loads onnxruntime. Verifies and loads every pack, runs each translation once to
 * warm up, says so, then serves requests until its parent goes away. It never reloads a pack: sessions leak when released
 * (microsoft/onnxruntime#25325), so a new pack means a new child.
 */

import type { ResolvedRequest } from "../../shared/contract.ts";
import { AppError } from "../../shared/problem.ts";
import type { Translation } from "../engine/translation.ts";
import { flowBatch } from "../flow/flow-sessions.ts";
import { Catalogue } from "../packs/catalogue.ts";
import { loadTranslations } from "../packs/load.ts";
import { Batcher } from "./batcher.ts";
import { type ChildConfig, type FromChild, faultOf, type ToChild } from "./messages.ts";
import { chooseProvider } from "./provider.ts";

const started = performance.now();
const send = (message: FromChild): void => {
  // A parent that is gone hears nothing; `disconnect` ends this process.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
};

async function start({ packsFolder, provider: wanted, threads }: ChildConfig): Promise<Batcher> {
  const provider = await chooseProvider(wanted);
  const catalogue = await Catalogue.open(packsFolder);
  await catalogue.verify();
  const translations: Translation[] = [];
  // One after another: creating a session blocks this process anyway, and its peak memory would add up.
  for (const entry of catalogue.entries) translations.push(...(await loadTranslations(entry, { provider, threads })));
  requireDistinct(translations);
  const batcher = new Batcher(translations, flowBatch);
  for (const translation of translations) await warmUp(batcher, translation);
  const packs = catalogue.entries.map(({ manifest, digest }) => ({ id: manifest.id, digest }));
  const startMs = Math.round(performance.now() - started);
  send({ type: "ready", info: { provider, packs, startMs, pid: process.pid, rssBytes: process.memoryUsage.rss() } });
  return batcher;
}

/** A request names a translation without its pack, so two packs may not hold the same one. */
function requireDistinct(translations: readonly Translation[]): void {
  const ids = translations.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    throw new AppError("pack_corrupt", `packs: expected each translation in one pack, got "${twice}" in two`);
}

/** One image through every session, so that their memory is planned before the first request waits for it. */
async function warmUp(batcher: Batcher, { id, conditions }: Translation): Promise<void> {
  const reads = (name: string): boolean => conditions.some((condition) => condition.name === name);
  // The longest text that fits, because a session keeps the memory of its largest run.
  const condition: ResolvedRequest["condition"] = reads("caption") ? { caption: "warm up ".repeat(60).trim() } : {};
  const request = { translation: id, condition, count: 1, seed: 0, temperature: 0, guidance: 0 };
  await batcher.generate({ request, signal: new AbortController().signal, onProgress: () => {}, onImage: () => {} });
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
// A terminal or a supervisor signals the whole group; the parent decides when this process ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
process.once("message", (message: ToChild) => {
  if (message.type !== "start") return;
  // After a failed start the parent, once it has read why, ends this process.
  start(message.config).then(serve, (error: unknown) => send({ type: "unable", fault: faultOf(error) }));
});
