/** Caption alignment: does a sample show what its caption says, in the eyes of a net that had no part in making it? */
import { captionVectors, type Group, type Material } from "../groups.ts";
import { type Ranking, rankCaptions } from "../metrics/r-precision.ts";
import type { Ridge } from "../metrics/ridge.ts";
import { countOf, pickRows, type Vectors } from "../metrics/vectors.ts";
import type { Row } from "../report.ts";
import type { Subject } from "../subject.ts";
import { firstOf, needsCondition, needsFeatures, needsImages, type SectionPlan } from "./section.ts";

/** Captions that compete with the true one. */
const rivals = 99;

export const alignmentSection: SectionPlan = {
  id: "alignment",
  title: "Caption alignment",
  missing: (subject) => firstOf(needsImages(subject), needsFeatures(subject), needsCondition(subject, "caption")),
  async run(subject, material) {
    const rows: Row[] = [];
    for (const group of [material!.known, material!.unseen])
      if (group.items.length >= 2) rows.push(...(await rowsOf(subject, material!, group)));
    return {
      about:
        `R-precision@1 among ${rivals + 1} captions: features of ${subject.features!.name} are mapped to caption vectors by ridge regression ` +
        "(closed form, fitted on real training images), and the caption that ranks first by cosine must be the image's own. The " +
        "vectors of captions are the text expert's, which also conditions the flow; the net that looks at the images conditions only " +
        "when an image is given, so for samples drawn from caption and style it is a third party.",
      tables: [
        {
          title: "R-precision@1",
          columns: [{ key: "precision", label: "own caption first", digits: 1, isShare: true, better: "higher" }],
          rows,
        },
      ],
      figures: [],
    };
  },
};

async function rowsOf(subject: Subject, material: Material, group: Group): Promise<Row[]> {
  const ridge = await material.ridge();
  const n = group.items.length;
  const rank = async (features: Vectors): Promise<Ranking> => precisionOf(subject, group, ridge, features);
  const drawn = await group.features.drawn();
  const shifted = Array.from({ length: n }, (_, at) => (at + Math.floor(n / 2)) % n);
  const real = await rank(await group.features.real());
  const row = (what: string, role: Row["role"], precision: number): Row => ({
    what: `${group.name}: ${what}`,
    role,
    n,
    values: { precision },
  });
  return [
    row("samples", "measured", (await rank(drawn)).precision),
    row("chance", "floor", real.chance),
    row("samples with captions of others", "floor", (await rank(pickRows(drawn, shifted))).precision),
    row("reconstructions", "ceiling", (await rank(await group.features.rebuilt())).precision),
    row("real images", "ceiling", real.precision),
  ];
}

/** R-precision of images, given by their features, for the captions of a group in its order. */
export async function precisionOf(subject: Subject, group: Group, ridge: Ridge, features: Vectors): Promise<Ranking> {
  const items = group.items.slice(0, countOf(features));
  return rankCaptions(
    ridge.predict(features),
    await captionVectors(subject, items),
    items.map(({ captions }) => captions[0]!),
    { rivals, seed: subject.settings.seed },
  );
}
