/** Goals whose values lie in the tables of two sections: how hypotheses differ, and inputs as they are. */
import { atLeast, atMost } from "../../goals.ts";
import type { Row, Section } from "../../report.ts";

/** LPIPS between two hypotheses of the highest temperature at ×4, in the block where the answer errs most. */
const differenceMin = 0.06;
/** dB above bicubic that a photograph of JPEG quality 70 must gain at ×4. */
const jpegGainMinDb = 0.8;
/** Levels that a pixel beside letters may lead beyond the paper. */
const haloMaxLevels = 2;

/** The value of each row that has it. */
const valuesOf = (rows: readonly Row[], key: string): number[] =>
  rows.flatMap(({ values }) => (values[key] === undefined ? [] : [values[key]]));

const rowsOf = ({ tables }: Section, title: string): readonly Row[] =>
  tables.find((table) => table.title === title)?.rows ?? [];

/** Goals of ×4, as far as the section of hypotheses has their groups and measures. */
export function diversityGoals(section: Section): Row[] {
  const [photo, drawing] = ["photos", "graphics"].map((group) => rowsOf(section, `×4, ${group}`).at(-1));
  const goals: Row[] = [];
  if (photo?.values["worst"] !== undefined)
    goals.push(
      atLeast(
        `×4, photos: LPIPS between two at ${photo.what}, where the answer errs most`,
        photo.n,
        photo.values["worst"],
        differenceMin,
      ),
    );
  const { flat, flatTruth } = drawing?.values ?? {};
  if (drawing && flat !== undefined && flatTruth !== undefined && flatTruth > 0)
    goals.push(
      atMost(
        `×4, graphics: fine structure on flat areas at ${drawing.what}, % of the truth's`,
        drawing.n,
        (100 * flat) / flatTruth,
        100,
      ),
    );
  return goals;
}

/** Goals of JPEGs, icons and interfaces at ×4. */
export function inputsGoals(section: Section): Row[] {
  const jpeg = rowsOf(section, "×4, JPEG of quality 70");
  const [plain, clean] = ["bicubic", "tau, clean 1"].map((what) => jpeg.find((row) => row.what === what));
  const goals: Row[] = [];
  if (plain && clean) {
    const [gain, blocks] = [
      clean.values["psnr"]! - plain.values["psnr"]!,
      clean.values["blockiness"]! - plain.values["blockiness"]!,
    ];
    goals.push(atLeast("×4, JPEG of quality 70: PSNR above bicubic, dB", clean.n, gain, jpegGainMinDb));
    goals.push(atMost("×4, JPEG of quality 70: blockiness above bicubic's", clean.n, blocks, 0));
  }
  const drawn = rowsOf(section, "×4, drawn at their size");
  const ours = drawn.filter(({ role }) => role === "measured");
  const floors = drawn.filter(({ role }) => role === "floor");
  if (ours.length > 0) {
    const gains = ["white", "black"].flatMap((key) => {
      const plains = valuesOf(floors, key);
      return valuesOf(ours, key).map((value, at) => value - plains[at]!);
    });
    const name = "×4, icons and interfaces: least PSNR above bicubic, on light and on dark, dB";
    goals.push(atLeast(name, ours.length, Math.min(...gains), 0));
    const halos = valuesOf(ours, "halo");
    if (halos.length > 0)
      goals.push(
        atMost("×4, interfaces: farthest beyond the paper, levels", halos.length, Math.max(...halos), haloMaxLevels),
      );
  }
  return goals;
}
