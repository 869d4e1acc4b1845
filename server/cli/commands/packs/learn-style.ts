/** `tau train DIR --name NAME --base PACK` on a pack with a flow between styles: the style of the icons, at once, and then a better code. */
import { limits } from "../../../../shared/limits.ts";
import { type Named, requireName } from "../../../packs/pack-name.ts";
import type { StyleBase } from "../../../packs/style-pack.ts";
import { learnStyle } from "../../../training/style/learn-style.ts";
import { ProgressLine } from "../../progress-line.ts";
import { type FlagValues, interruptSignal, wholeFlag } from "../../train-flags.ts";

/** Each costs some half a second on one core. */
export const triesDefault = 60;

interface LearnOptions {
  readonly name: string;
  readonly base: StyleBase;
  readonly taken: readonly Named[];
  readonly packs: string;
  readonly values: FlagValues & { readonly label?: string };
}

export async function learnOwn(folder: string, { name, base, taken, packs, values }: LearnOptions): Promise<number> {
  requireName(name, taken);
  const startedMs = performance.now();
  const seconds = (): string => ((performance.now() - startedMs) / 1000).toFixed(1);
  const line = new ProgressLine();
  const { pack, search, ...counts } = await learnStyle({
    ...{ folder, base, name, label: values.label ?? name, packs },
    tries: wholeFlag(values, "tries", triesDefault, 1, 10_000),
    seed: wholeFlag(values, "seed", 1, 0, limits.seedMax),
    signal: interruptSignal(),
    onStage(stage, done, total, nats) {
      if (stage === "published")
        line.log(`style ${name} can be used after ${seconds()} s; a better code is searched for`);
      else line.show(`${stage} ${done} of ${total}${nats === undefined ? "" : `, best ${nats.toFixed(4)} nats/dim`}`);
    },
  }).finally(() => line.end());
  console.error(
    [
      `${counts.icons} icons, ${counts.heldOut} of them held out`,
      search === undefined
        ? "too few icons to hold any out: the code that was read is kept"
        : `held-out nats per dimension: ${search.startNats.toFixed(4)} as read, ${search.foundNats.toFixed(4)} found; ` +
          `named by the style judge: ${percent(search.startJudge)} and ${percent(search.foundJudge)}`,
      search?.isBetter === false ? "what was found is no better by both, so the code that was read is kept" : "",
      `${name} ${pack.version} after ${seconds()} s`,
    ]
      .filter(Boolean)
      .join("\n"),
  );
  console.log(JSON.stringify({ name, ...pack, ...counts, ...search, seconds: Number(seconds()) }));
  return 0;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
