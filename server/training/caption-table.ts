/**
 * Captions from a table beside the images: CSV (file, caption[, style]; RFC 4180 quotes, one record a line, header optional)
 * or JSON Lines ({"file", "caption"[, "style"]}; "file_name" and "text" go too). A bad line costs itself, never its neighbours.
 */
import { CaptionSchema } from "../../shared/conditions.ts";
import type { Complaints } from "./complaints.ts";

export interface CaptionRow {
  /** Path relative to the folder, with forward slashes. */
  readonly file: string;
  readonly caption: string;
  readonly style?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Rows in order of the file. Complaints name table and line. */
export function parseCaptionTable(name: string, text: string, complaints: Complaints): CaptionRow[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const parse = name.endsWith(".csv") ? csvReader(lines) : jsonFields;
  return lines.flatMap((line, at) => {
    if (line.trim() === "") return [];
    const fields = parse(line, at);
    const row = fields === undefined ? undefined : typeof fields === "string" ? fields : rowOf(fields);
    if (row === undefined) return [];
    if (typeof row !== "string") return [row];
    complaints.add("bad_line", `${name}:${at + 1}`, row);
    return [];
  });
}

/** A row, or what is wrong with it. */
function rowOf(fields: Fields): CaptionRow | string {
  const file = fields["file"] ?? fields["file_name"];
  const caption = fields["caption"] ?? fields["text"];
  const { style } = fields;
  if (typeof file !== "string" || file.trim() === "") return `file: expected the name of an image, got ${shown(file)}`;
  const path = file.trim().replaceAll("\\", "/").replace(/^\.\//, "");
  if (path.startsWith("/") || path.split("/").includes("..") || /^[a-z]:/i.test(path))
    return `file: expected a path inside the folder, got ${shown(file)}`;
  const parsed = CaptionSchema.safeParse(caption);
  if (!parsed.success)
    return `caption: ${typeof caption === "string" ? parsed.error.issues[0]!.message : `expected a text, got ${shown(caption)}`}`;
  if (style !== undefined && style !== null && typeof style !== "string")
    return `style: expected a text, got ${shown(style)}`;
  const trimmed = style?.trim() ?? "";
  return { file: path, caption: parsed.data, ...(trimmed !== "" && { style: trimmed }) };
}

const shown = (value: unknown): string => (value === undefined ? "none" : JSON.stringify(value).slice(0, 60));

function jsonFields(line: string): Fields | string {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // The same complaint for both.
  }
  return `expected one JSON object, got "${line.slice(0, 40)}"`;
}

const columnNames = ["file", "file_name", "caption", "text", "style"];

/** Reads lines by the header's columns, or as file, caption, style. The header itself gives nothing. */
function csvReader(lines: readonly string[]): (line: string, at: number) => Fields | string | undefined {
  const first = lines.findIndex((line) => line.trim() !== "");
  const header = splitCsv(lines[first] ?? "");
  const names = Array.isArray(header) ? header.map((cell) => cell.trim().toLowerCase().replace(" ", "_")) : [];
  const hasHeader = names.length > 1 && columnNames.includes(names[0]!);
  const columns = hasHeader ? names : ["file", "caption", "style"];
  return (line, at) => {
    if (hasHeader && at === first) return undefined;
    const cells = splitCsv(line);
    if (typeof cells === "string") return cells;
    const fewest = hasHeader ? columns.length : 2;
    if (cells.length < fewest || cells.length > columns.length) {
      const expected = fewest === columns.length ? fewest : `${fewest} or ${columns.length}`;
      return `expected ${expected} columns, got ${cells.length}; quote a caption that holds a comma`;
    }
    return Object.fromEntries(cells.map((cell, index) => [columns[index]!, cell]));
  };
}

/** Cells of a line, or what is wrong with it. */
function splitCsv(line: string): string[] | string {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      let cell = "";
      let end = at + 1;
      for (;;) {
        const quote = line.indexOf('"', end);
        if (quote < 0) return "expected a closing quote on the same line, got none";
        cell += line.slice(end, quote);
        end = quote + 1;
        if (line[end] !== '"') break;
        cell += '"';
        end += 1;
      }
      if (end < line.length && line[end] !== ",") return `expected a comma after a quoted cell, got "${line[end]}"`;
      cells.push(cell);
      at = end;
    } else {
      const comma = line.indexOf(",", at);
      const end = comma < 0 ? line.length : comma;
      cells.push(line.slice(at, end));
      at = end;
    }
    if (at >= line.length) return cells;
    at += 1;
  }
}
