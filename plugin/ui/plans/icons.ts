/** Icons of the selection: as vectors, as component sets, in another style, as examples of a style. Pure. */
import type { Style } from "../../../shared/contract/conditions.ts";
import type { GenerationInput } from "../../../shared/contract/generations/generation-request.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import { shownCaption } from "../../../shared/contract/shown-caption.ts";
import { styleIdOf } from "../../../shared/contract/style-id.ts";
import { limits } from "../../../shared/limits.ts";
import { type ComponentPlan, iconSizesPx, type VectorRecord } from "../../../shared/messages/vector-messages.ts";
import { fittedSvg, viewSizeOf } from "../../../shared/vectors/vector-svg.ts";
import { readProvenance, readRecord } from "../client/guards.ts";
import { choiceOfShown } from "../client/style-choice.ts";
import {
  type DrawJob,
  type FamilyJob,
  numbered,
  serverPalette,
  styleOf,
  type TraceJob,
  type TranslationAbilities,
  tracedJob,
} from "../run/jobs.ts";
import type { Form } from "../state/form.ts";
import type { ResultImage } from "../state/results.ts";
import type { SeenIcon, State } from "../state/state.ts";
import { captionLineOf, captionProblem, captionsOf } from "./captions.ts";
import { knownCondition, type Reader, type UploadedIcon } from "./edits.ts";
import { wordsOf } from "./labels.ts";

/** What an icon shows: what it was drawn from, else what a variant's property says, else its name without folders, numbers and variants. */
export function labelOf({ nodeName, provenance }: Pick<SeenIcon, "nodeName" | "provenance">): string {
  const { condition = {} } = readProvenance(provenance) ?? {};
  const name =
    /(?:^|, )(?:Icon|Name)=([^,]+)/iu.exec(nodeName)?.[1] ??
    nodeName
      .replace(/^(?:Size|Style)=.*$/u, "")
      .split("/")
      .at(-1) ??
    "";
  return shownCaption(condition) ?? condition.label ?? wordsOf(name).replace(/(?: \d+)+$/u, "");
}

/** The icon as its layer has it in its own px, for what is put back into it: there it is turned and flipped once more. */
export function upright(icon: SeenIcon): SeenIcon {
  const { svg, turn } = icon;
  const size = viewSizeOf(svg ?? "");
  if (turn === undefined || size === undefined) return icon;
  const [a, b] = turn;
  // Strokes reach beyond the layer's box, on all sides alike.
  const beyond = Math.max(0, size.width - Math.abs(a) * icon.widthPx - Math.abs(b) * icon.heightPx);
  const [widthPx, heightPx] = [icon.widthPx + beyond, icon.heightPx + beyond];
  // Its rows as columns undo it.
  const transform = `translate(${widthPx / 2} ${heightPx / 2}) matrix(${turn.join(" ")} 0 0) translate(${-size.width / 2} ${-size.height / 2})`;
  const own = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}"><g transform="${transform}">${svg}</g></svg>`;
  return { ...icon, svg: own, url: `data:image/svg+xml,${encodeURIComponent(own)}` };
}

/** v stays, style and caption change; each icon in its own layer. @param vector as in `inItsLayer` */
export function planRestyle(
  form: Form,
  translation: Reader,
  icons: readonly UploadedIcon[],
  vector?: VectorRecord,
): DrawJob[] {
  const caption = captionLineOf(form, translation);
  return numbered(
    icons.map(({ icon, digest }) => {
      const known = knownCondition(readProvenance(icon.provenance), translation);
      const input = {
        translation: translation.id,
        condition: { ...(caption === "" ? {} : { caption }), ...styleOf(form) },
        keepResidualOf: { image: digest, condition: known },
        seed: form.seed,
        count: 1,
      };
      return inItsLayer(icon, input, vector);
    }),
  );
}

/** Whether all that would be restyled are the icons which show the style. */
export function showsOwnStyle({ taken, scene: { icons = [] }, form }: State): boolean {
  const isChosen = taken !== undefined && form.style === choiceOfShown(taken.styleId);
  return isChosen && icons.length > 0 && icons.every(({ nodeId }) => taken.nodeIds.includes(nodeId));
}

/**
 * A job that changes the icon's own layer: a vector stays one, in other colours, since its own were those of the former style.
 * @param vector images become vectors too, in these colours
 */
export function inItsLayer(icon: SeenIcon, input: GenerationInput, vector?: VectorRecord): DrawJob {
  const { nodeId, nodeName: title, imageHash } = icon;
  const job: DrawJob = { kind: "draw", index: 0, title, imageCount: 1, input, nodeIds: [nodeId] };
  const isImage = imageHash !== undefined && vector === undefined;
  return isImage ? job : tracedJob(job, vector ?? {}, iconSizesPx);
}

/** Of names those that a family has, and good ones that are more than it may have; unreadable ones are neither. */
export function familyNames(names: readonly string[]): { readonly names: string[]; readonly beyond: string[] } {
  const good = names.filter((name) => captionProblem(name) === undefined);
  return { names: good.slice(0, limits.familyMax), beyond: good.slice(limits.familyMax) };
}

/** @param redrawnIn the style of a flow between styles, which draws each name's likeliest answer */
export const planFamily = (
  form: Form,
  { id }: TranslationAbilities,
  vector: VectorRecord,
  redrawnIn?: Style,
): FamilyJob[] => {
  const { names } = familyNames(captionsOf(form.names));
  const isVector = form.insertAs === "vector";
  if (names.length === 0) return [];
  return numbered([
    {
      kind: "family" as const,
      title: names.slice(0, 3).join(", "),
      imageCount: names.length,
      input: {
        translation: id,
        names,
        ...(redrawnIn === undefined ? styleOf(form) : { style: redrawnIn }),
        seed: form.seed,
        temperature: redrawnIn === undefined ? form.temperature : 0,
        format: isVector ? ("svg" as const) : ("png" as const),
        ...(isVector ? serverPalette(vector) : {}),
      },
      ...(redrawnIn === undefined ? {} : { isRedrawn: true }),
      ...(isVector ? { vector } : {}),
    },
  ]);
};

/** @param pictures bytes of each icon that is traced; one without is taken as the drawing that it is */
export const planTraces = (
  icons: readonly SeenIcon[],
  pictures: ReadonlyMap<string, Uint8Array>,
  vector: VectorRecord,
): TraceJob[] =>
  numbered(
    icons.map((icon) => {
      const bytes = pictures.get(icon.nodeId);
      const own = readRecord(icon.vector);
      return {
        kind: "trace" as const,
        title: icon.nodeName,
        imageCount: 1,
        icon,
        vector: bytes === undefined && own !== undefined ? own : vector,
        ...(bytes === undefined ? { svg: icon.traced ?? icon.svg ?? "" } : { bytes }),
      };
    }),
  );

/** Names of variants may hold neither signs that part them. */
const variantName = (text: string): string => text.replace(/[=,]/gu, " ").replace(/\s+/gu, " ").trim();

/** One set for each thing, with a row for each style; a second drawing of the same becomes a set of its own. */
export function planComponents(
  kept: readonly ResultImage[],
  styleLabels: ReadonlyMap<string, string>,
): ComponentPlan[] {
  const sets = new Map<string, { made: Provenance | undefined; styles: ComponentPlan["styles"][0][] }>();
  for (const { destination, vector, drawn, name = "" } of kept) {
    if (destination.kind !== "layer" || vector === undefined) continue;
    const made = drawn?.provenance;
    const style = styleIdOf(made?.condition.style);
    const styleName = variantName(style === undefined ? "Default" : (styleLabels.get(style) ?? style));
    const base = `icon/${wordsOf(name).replaceAll(" ", "-") || "icon"}`;
    let key = base;
    for (let number = 2; sets.get(key)?.styles.some((row) => row.style === styleName); number++)
      key = `${base}-${number}`;
    const set = sets.get(key) ?? { made, styles: [] };
    const fitted = Object.fromEntries(iconSizesPx.map((size) => [size, fittedSvg(vector.svg, size)]));
    set.styles.push({ style: styleName, nodeId: destination.nodeId, content: { ...vector, fitted } });
    sets.set(key, set);
  }
  return [...sets].map(([name, { made, styles }]) => ({ name, styles, description: describe(made) }));
}

const describe = (made: Provenance | undefined): string =>
  made === undefined
    ? "Traced by Tau."
    : `Variation ${made.seed}, pack ${made.packId} (${made.packDigest.slice(0, 12)}).`;
