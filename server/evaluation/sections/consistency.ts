/**
 * Do images obey a picture condition? Extract it again from what was made and compare: the same for sketch, layout and low
 * resolution, each alone, together with words, and against words alone. What is extracted and compared is in pictures.ts.
 */
import type { EncodedConditions } from "../../engine/conditions.ts";
import { imageSeed } from "../../engine/random.ts";
import { decode, drawAll, reconstruct, type Wanted } from "../draw.ts";
import { tileSheet } from "../figures.ts";
import type { Group, Material } from "../groups.ts";
import { mean } from "../metrics/statistics.ts";
import type { Column, Figure, Role, Row } from "../report.ts";
import { encodeOwn, reads, type Subject } from "../subject.ts";
import { inPieces } from "../watch.ts";
import { precisionOf } from "./alignment.ts";
import { layoutPicture, lowResolutionPicture, type Picture, sketchPicture } from "./pictures.ts";
import { firstOf, needsCondition, needsImages, type SectionPlan } from "./section.ts";

/** Images of each row at most. */
const imagesMax = 200;
const figureRows = 8;
/** Weight of the row that insists on the picture. */
const insistence = 2;

interface Way {
  readonly what: string;
  readonly role: Role;
  readonly inFigure?: boolean;
  image(at: number): Promise<Float32Array>;
}

export const consistencySections: readonly SectionPlan[] = [sketchPicture, layoutPicture, lowResolutionPicture].map(
  (picture) => ({
    id: picture.id,
    title: picture.title,
    missing: (subject) => firstOf(needsImages(subject), needsCondition(subject, picture.condition)),
    run: (subject, material) => runConsistency(subject, material!, picture),
  }),
);

async function runConsistency(subject: Subject, { images, known, ridge }: Material, picture: Picture) {
  const items = known.items.slice(0, imagesMax);
  const group: Group = { ...known, items };
  const ways = await waysOf(subject, group, picture, (at) => images.read(items[at]!));
  const hasAlignment = subject.features !== undefined && reads(subject, "caption");
  const rows: Row[] = [];
  for (const { what, role, image } of ways) {
    const scores: number[] = [];
    await inPieces(subject.watch, `${picture.title}, ${what}`, items.length, 1, async (at) => {
      scores.push(picture.score(subject, await image(at), await images.read(items[at]!)));
    });
    const precision = hasAlignment
      ? (
          await precisionOf(
            subject,
            group,
            await ridge(),
            await subject.features!.featuresOf(what, items.length, image),
          )
        ).precision
      : undefined;
    rows.push({ what, role, n: items.length, values: { score: mean(scores), precision } });
  }
  const columns: Column[] = [
    picture.column,
    { key: "precision", label: "R-precision@1 of captions", digits: 1, isShare: true, better: "higher" },
  ];
  return {
    about: picture.about,
    tables: [{ title: picture.title, columns: hasAlignment ? columns : columns.slice(0, 1), rows }],
    figures: [await figure(subject, picture, ways, items.length, (at) => images.read(items[at]!))],
  };
}

async function waysOf(
  subject: Subject,
  group: Group,
  { condition, name }: Picture,
  real: (at: number) => Promise<Float32Array>,
): Promise<Way[]> {
  const { items } = group;
  const words = (await group.words()).slice(0, items.length);
  const own: EncodedConditions[] = [];
  await inPieces(subject.watch, `${name} of images`, items.length, 1, async (at) => {
    own.push(await encodeOwn(subject, items[at]!, [condition]));
  });
  const drawn = async (
    what: string,
    role: Role,
    conditions: (at: number) => EncodedConditions,
    settings: Partial<Wanted> = {},
  ): Promise<Way> => {
    const wanted = items.map((_, at) => ({
      ...settings,
      conditions: conditions(at),
      seed: imageSeed(subject.settings.seed, at),
    }));
    const latents = await drawAll(subject, what, wanted);
    return { what, role, inFigure: true, image: (at) => decode(subject, latents[at]!.latent) };
  };
  const both = (at: number): EncodedConditions => ({ ...words[at], ...own[at] });
  return [
    await drawn(`${name} alone`, "measured", (at) => own[at]!),
    await drawn(`words and ${name}`, "measured", both),
    await drawn(`words and ${name}, ${name} guided by ${insistence}`, "measured", both, {
      guidanceOf: { [condition]: insistence },
    }),
    await drawn("words alone", "floor", (at) => words[at]!),
    {
      what: "real images of others",
      role: "floor",
      image: (at) => real((at + Math.floor(items.length / 2)) % items.length),
    },
    { what: "reconstructions", role: "ceiling", image: async (at) => reconstruct(subject, await real(at)) },
    { what: "real images", role: "ceiling", image: real },
  ];
}

async function figure(
  subject: Subject,
  picture: Picture,
  ways: readonly Way[],
  count: number,
  real: (at: number) => Promise<Float32Array>,
): Promise<Figure> {
  const shown = ways.filter(({ inFigure }) => inFigure);
  const tiles: Float32Array[][] = [];
  for (let at = 0; at < Math.min(figureRows, count); at += 1) {
    const image = await real(at);
    const row = [picture.draw(subject, image)];
    for (const way of shown) row.push(await way.image(at));
    tiles.push([...row, image]);
  }
  return {
    file: `${picture.id}.png`,
    caption: `${picture.given}, ${shown.map(({ what }) => what).join(", ")}, real image; the first ${tiles.length} held-out images.`,
    data: await tileSheet(tiles, subject.translation.target.imageSizePx, [0, shown.length]),
  };
}
