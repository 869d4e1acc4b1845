/**
 * Reads captions from a table beside the images: CSV (file, caption[, style]; RFC 4180 quotes, one record a line, optional
 * header) or JSON Lines ({"file", "caption"[, "style"]}). A bad line is reported and skipped; the others are still read.
 */
import { CsvError, parse } from "csv-parse/sync";
import { CaptionSchema } from "../../../shared/contract/conditions.ts";
import type { DatasetIssues } from "./dataset-issues.ts";

export interface CaptionRow {
  /** Path relative to the folder, with forward slashes. */
  readonly file: string;
  readonly caption: string;
  readonly style?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The trimmed caption, or a string that says what is wrong with it. */
export function readCaption(text: unknown): { readonly caption: string } | string {
  if (typeof text !== "string") return `expected a text, got ${shown(text)}`;
  if (text.includes("\uFFFD")) return "expected UTF-8, got bytes of another encoding";
  const parsed = CaptionSchema.safeParse(text);
  return parsed.success ? { caption: parsed.data.normalize("NFC") } : parsed.error.issues[0]!.message;
}

/** Rows in file order. Issues name the table and the line. */
export function parseCaptionTable(name: string, text: string, issues: DatasetIssues): CaptionRow[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const fieldsOf = name.toLowerCase().endsWith(".csv") ? csvReader(lines) : jsonFields;
  return lines.flatMap((line, at) => {
    if (line.trim() === "") return [];
    const fields = fieldsOf(line, at);
    const row = fields === undefined ? undefined : typeof fields === "string" ? fields : rowOf(fields);
    if (row === undefined) return [];
    if (typeof row !== "string") return [row];
    issues.add("bad_line", `${name}:${at + 1}`, row);
    return [];
  });
}

/** The row, or a string that says what is wrong with it. */
function rowOf(fields: Fields): CaptionRow | string {
  const file = firstOf(fields, fileColumns);
  const caption = firstOf(fields, captionColumns);
  const { style } = fields;
  if (typeof file !== "string" || file.trim() === "") return `file: expected the name of an image, got ${shown(file)}`;
  const path = file.trim().replaceAll("\\", "/").replace(/^\.\//, "");
  if (path.startsWith("/") || path.split("/").includes("..") || /^[a-z]:/i.test(path))
    return `file: expected a path inside the folder, got ${shown(file)}`;
  const read = readCaption(caption);
  if (typeof read === "string") return `caption: ${read}`;
  if (style !== undefined && style !== null && typeof style !== "string")
    return `style: expected a text, got ${shown(style)}`;
  const trimmed = style?.trim().normalize("NFC") ?? "";
  if (trimmed.includes("\uFFFD")) return "style: expected UTF-8, got bytes of another encoding";
  return { file: path, ...read, ...(trimmed !== "" && { style: trimmed }) };
}

/** Column names, including those that other tools write. */
const fileColumns = ["file", "file_name", "filename", "image"];
const captionColumns = ["caption", "text"];
const firstOf = (fields: Fields, names: readonly string[]): unknown =>
  names.map((name) => fields[name]).find((value) => value !== undefined);

const shown = (value: unknown): string => (value === undefined ? "none" : JSON.stringify(value).slice(0, 60));

function jsonFields(line: string): Fields | string {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // A parse error and JSON that is no object get the same message below.
  }
  return `expected one JSON object, got "${line.slice(0, 40)}"`;
}

/** Some spreadsheets separate cells by semicolons or tabs. */
const separators = [",", ";", "\t"];

/**
 * Returns a reader of lines that follows the header's columns, or file, caption, style without a header. For the header line it
 * returns undefined.
 */
function csvReader(lines: readonly string[]): (line: string, at: number) => Fields | string | undefined {
  const first = lines.findIndex((line) => line.trim() !== "");
  const cellsOf = (separator: string): string[] => {
    const cells = splitLine(lines[first] ?? "", separator);
    return typeof cells === "string" ? [] : cells;
  };
  const namesOf = (candidate: string): string[] =>
    cellsOf(candidate).map((cell) => cell.trim().toLowerCase().replace(" ", "_"));
  const isHeader = (names: readonly string[]): boolean =>
    [fileColumns, captionColumns].every((known) => names.some((name) => known.includes(name)));
  const divides = (candidate: string): boolean => cellsOf(candidate).length > 1;
  // A caption may contain the other separators, so only the first cell decides: it must look like a file name.
  const fits = (candidate: string): boolean =>
    divides(candidate) && (isHeader(namesOf(candidate)) || /\.[a-z]{3,4}$/i.test(cellsOf(candidate)[0]!.trim()));
  const separator = separators.find(fits) ?? separators.find(divides) ?? ",";
  const names = namesOf(separator);
  const hasHeader = isHeader(names);
  const columns = hasHeader ? names : ["file", "caption", "style"];
  const cellsByLine = splitLines(lines, separator);
  return (_line, at) => {
    if (hasHeader && at === first) return undefined;
    const cells = cellsByLine[at]!;
    if (typeof cells === "string") return cells;
    const fewest = hasHeader ? columns.length : 2;
    if (cells.length < fewest || cells.length > columns.length) {
      const expected = fewest === columns.length ? fewest : `${fewest} or ${columns.length}`;
      return `expected ${expected} columns, got ${cells.length}; quote a caption that holds a separator`;
    }
    return Object.fromEntries(cells.map((cell, index) => [columns[index]!, cell]));
  };
}

const faults: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "expected a closing quote on the same line, got none",
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: "expected a separator after a quoted cell, got more text",
};

/** Tolerates spaces after a comma and quotes inside a caption. */
const options = { trim: true, relax_quotes: true, relax_column_count: true, record_delimiter: "\n" };

/**
 * The cells of each line, or what is wrong with it. Lines with a quote are parsed one by one, because an open quote would
 * swallow the lines after it. Lines without a quote can't fail: they are parsed together, which takes a twentieth of the time.
 */
export function splitLines(lines: readonly string[], delimiter: string): Array<string[] | string> {
  const isPlain = (line: string): boolean => !line.includes('"');
  const plain = parse(lines.filter(isPlain).join("\n"), { ...options, delimiter });
  let next = 0;
  return lines.map((line) => (isPlain(line) ? (plain[next++] ?? []) : splitLine(line, delimiter)));
}

function splitLine(line: string, delimiter: string): string[] | string {
  try {
    return parse(line, { ...options, delimiter })[0] ?? [];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return faults[error.code] ?? `expected a line of CSV, got one that does not parse (${error.message})`;
  }
}
