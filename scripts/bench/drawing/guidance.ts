/**
 * Compares which steps of the flow to guide: draws the same captions, styles and seeds with the injector guided, then with
 * couplings, too. Prints how much the conditions explain each image and how likely it is, and writes a sheet of the images.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeConditions } from "../../../server/engine/conditions.ts";
import { guidanceTermsOf } from "../../../server/engine/guidance.ts";
import { drawResidual } from "../../../server/engine/random.ts";
import { drawLatents, type Row } from "../../../server/engine/translation.ts";
import { tileSheet } from "../../../server/evaluation/tile-sheet.ts";
import { createFlow } from "../../../server/flow/flow-sessions.ts";
import { readFlowFile } from "../../../server/flow/weights.ts";
import { Catalogue, packsHome } from "../../../server/packs/catalogue.ts";
import { loadTranslations } from "../../../server/packs/load-translations.ts";

const captions = (
  "red apple, sad face, rocket, birthday cake, blue car, green tree, yellow star, red heart, cat face, dog face, pizza, house, " +
  "sun, purple flower, robot, fish, cup of coffee, butterfly, orange pumpkin, camera, umbrella, guitar, key, lock, clock, " +
  "airplane, bicycle, book, light bulb, gift, mushroom, snowman, crown, bell, banana, ice cream, ghost, shopping cart, " +
  "magnifying glass, envelope"
).split(", ");
const styles = ["noto", "fluent-flat", "streamline-flex"];
const temperatures = [0.2, 0.7];
/** Captions and style of the sheets, one row a variant. */
const [shown, shownStyle] = [20, "noto"];

/** @param folder folder for the sheets, one a temperature, a row a variant; absent = no sheets */
export async function benchGuidance(folder?: string): Promise<void> {
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const entry = (await Catalogue.open(packsHome())).entries[0]!;
  const [translation] = await loadTranslations(entry, { threads: 2 });
  const weights = readFlowFile(await readFile(join(entry.folder, entry.manifest.translations[0]!.flow)), "flow");
  const { count } = weights.architecture.couplings;
  const variants = [
    { label: "no guidance", weight: 0, guidedCouplings: 0 },
    { label: "injector", weight: 1, guidedCouplings: 0 },
    { label: "injector, twice the weight", weight: 2, guidedCouplings: 0 },
    ...[1, Math.ceil(count / 2), count].map((couplings) => ({
      label: `injector and ${couplings} of ${count} couplings`,
      weight: 1,
      guidedCouplings: couplings,
    })),
  ];

  console.log(
    "| temperature | guided | condition gain, nats | nats per dimension | ms a batch of 8 |\n| --- | --- | --- | --- | --- |",
  );
  for (const temperature of temperatures) {
    const sheet: Float32Array[][] = [];
    for (const { label, weight, guidedCouplings } of variants) {
      const flow = await createFlow(weights, { label, threads: 2, guidedCouplings });
      const variant = { ...translation!, flow };
      const rows: Row[] = [];
      for (const style of styles)
        for (const [index, caption] of captions.entries()) {
          const values = { caption: { kind: "text", text: caption }, style: { kind: "text", text: style } } as const;
          const conditions = await encodeConditions(variant, values);
          const guidance = guidanceTermsOf({ guidance: weight }, conditions);
          rows.push({ residual: drawResidual(index, temperature, flow.dims), conditions, guidance });
        }
      const started = performance.now();
      const drawn = await drawLatents(variant, rows);
      const batchMs = (performance.now() - started) / (rows.length / 8);
      const mean = (values: readonly number[]): string =>
        (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(2);
      const gain = mean(drawn.map(({ conditionGain }) => conditionGain));
      const nats = mean(drawn.map(({ logLikelihood }) => -logLikelihood / flow.dims));
      console.log(`| ${temperature} | ${label} | ${gain} | ${nats} | ${batchMs.toFixed(0)} |`);
      if (folder !== undefined) {
        const first = styles.indexOf(shownStyle) * captions.length;
        const tiles: Float32Array[] = [];
        for (const { latent } of drawn.slice(first, first + shown))
          tiles.push(await translation!.target.decode(latent, 1));
        sheet.push(tiles);
      }
      await flow.dispose();
    }
    if (folder !== undefined)
      await writeFile(
        join(folder, `guidance-${temperature}.png`),
        await tileSheet(sheet, translation!.target.imageSizePx),
      );
  }
}
