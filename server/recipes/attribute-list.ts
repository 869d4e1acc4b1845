/**
 * Labels of images from a list of their attributes: CelebA's text file (a count, the names, then a line an image with 1 or -1 for each), or a CSV
 * file with a header, whose first column names the image. Does not look at the images.
 */
import { readFile } from "node:fs/promises";
import { AppError } from "../../shared/problem.ts";
import { splitLines } from "../training/dataset/caption-table.ts";

/**
 * The label of each image by its file's name: of an attribute that is 1, -1 or 0, `NAME` or `not NAME`; of any other, its value. Labels of several
 * attributes are joined by commas.
 * @throws AppError `dataset_invalid` naming the line or the attribute
 */
export async function readAttributes(path: string, attributes: readonly string[]): Promise<Map<string, string>> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("dataset_invalid", `${path}: expected a list of attributes, got no readable file`, { cause });
  });
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const { names, rows, start } = path.toLowerCase().endsWith(".csv") ? csvRows(lines, path) : celebaRows(lines);
  const columns = attributes.map((attribute) => {
    const column = names.indexOf(attribute);
    if (column >= 0) return { attribute, column };
    throw new AppError("dataset_invalid", `${path}: expected some of ${names.join(", ")}, got "${attribute}"`);
  });
  const labels = new Map<string, string>();
  for (const [at, cells] of rows.entries()) {
    if (cells.length <= 1 && (cells[0] ?? "") === "") continue;
    const where = `${path}:${start + at + 1}`;
    if (cells.length !== names.length + 1)
      throw new AppError("dataset_invalid", `${where}: expected ${names.length + 1} values, got ${cells.length}`);
    labels.set(cells[0]!, columns.map(({ attribute, column }) => labelOf(attribute, cells[column + 1]!)).join(", "));
  }
  return labels;
}

/** Names of the attributes, cells of each image, and the line that the first image is on. */
interface Listed {
  readonly names: readonly string[];
  readonly rows: ReadonlyArray<readonly string[]>;
  readonly start: number;
}

const wordsOf = (line: string): string[] => line.trim().split(/\s+/);

function celebaRows(lines: readonly string[]): Listed {
  const start = /^\d+$/.test(lines[0]?.trim() ?? "") ? 2 : 1;
  return { names: wordsOf(lines[start - 1] ?? ""), rows: lines.slice(start).map(wordsOf), start };
}

function csvRows(lines: readonly string[], path: string): Listed {
  const rows = splitLines(lines, ",").map((cells, at) => {
    if (typeof cells !== "string") return cells;
    throw new AppError("dataset_invalid", `${path}:${at + 1}: ${cells}`);
  });
  return { names: (rows[0] ?? []).slice(1), rows: rows.slice(1), start: 1 };
}

const labelOf = (attribute: string, value: string): string =>
  value === "1" ? attribute : value === "-1" || value === "0" ? `not ${attribute}` : value;
