/**
 * Style expert Φ: a style as a code, of the pack's vocabulary or of 1 to 16 icons of any origin, whose latents a small network reads as
 * a set. Nothing is trained for a new style. Reading a style from a set of examples comes from neural processes and set encoders
 * (Zaheer et al. 2017, arXiv 1703.06114); style as a code that modulates comes from Huang & Belongie 2017 (arXiv 1703.06868).
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { someOf } from "../../shared/contract/translation-rules.ts";
import { AppError } from "../../shared/problem.ts";
import type { ConditionValue } from "../engine/interfaces.ts";
import { channelsOfHex } from "../engine/pixels/hex-colour.ts";
import type { StyleInk } from "../engine/pixels/style-ink.ts";
import type { DrawingStyleExpertEntry } from "../manifest/expert-entries.ts";
import { fromHalf } from "../onnx/float16.ts";
import type { Session } from "../onnx/session.ts";
import { requireFinite, requirePromised, requireShape } from "./check.ts";
import { DrawingEncoder } from "./drawing.ts";
import type { ExpertCore, ExpertOptions } from "./expert.ts";
import { SharedFiles } from "./shared-files.ts";
import { areasOfEntry } from "./style-entries/areas-entry.ts";
import { groundOfEntry } from "./style-entries/ground-entry.ts";
import { ringOfEntry } from "./style-entries/ring-entry.ts";
import { shadowOfEntry } from "./style-entries/shadow-entry.ts";

export class DrawingStyleExpert implements ExpertCore {
  readonly dims: number;
  readonly #entry: DrawingStyleExpertEntry;
  readonly #encoder: DrawingEncoder;
  readonly #reader: Session;
  readonly #codes: Float32Array;
  readonly #field: string;
  /** What named styles are drawn in, as far as it was asked for: grounds take a while to unpack. */
  readonly #inks = new Map<string, StyleInk>();

  private constructor(
    entry: DrawingStyleExpertEntry,
    encoder: DrawingEncoder,
    reader: Session,
    codes: Float32Array,
    field: string,
  ) {
    this.dims = entry.dims;
    this.#entry = entry;
    this.#encoder = encoder;
    this.#reader = reader;
    this.#codes = codes;
    this.#field = field;
  }

  /**
   * @param field dotted path of the style in a condition, for errors
   * @throws AppError `pack_corrupt` when graphs or codes do not match the entry
   */
  static async open(
    packFolder: string,
    entry: DrawingStyleExpertEntry,
    { shared = new SharedFiles(), ...options }: ExpertOptions,
    field: string,
  ): Promise<DrawingStyleExpert> {
    const encoder = await DrawingEncoder.open(packFolder, entry, { shared, ...options });
    const label = `style expert ${entry.model}`;
    const reader = await shared.session(join(packFolder, entry.model), { ...options, label });
    requirePromised(
      reader,
      [{ name: "latents", type: "float32", shape: ["icons", ...entry.latentShape] }],
      [{ name: "code", type: "float32", shape: [1, entry.dims] }],
      label,
    );
    return new DrawingStyleExpert(entry, encoder, reader, await readCodes(packFolder, entry), `condition.${field}`);
  }

  /**
   * Codes [styles, dims].
   * @throws AppError `style_unknown`, `invalid_request` for values that are neither a text nor images
   */
  async encode(styles: readonly ConditionValue[]): Promise<Float32Array> {
    const codes = new Float32Array(styles.length * this.dims);
    for (const [row, value] of styles.entries()) codes.set(await this.#codeOf(value), row * this.dims);
    return codes;
  }

  styleInk(style: string): StyleInk {
    const known = this.#inks.get(style) ?? this.#inkOf(style);
    this.#inks.set(style, known);
    return known;
  }

  #inkOf(style: string): StyleInk {
    const {
      isOneInk = false,
      ink,
      gradient,
      spread,
      accents,
      ground,
      ring,
      shadows,
      lines,
      hand,
      areas,
      liveArea,
      largest,
    } = this.#entry.vocabulary.find(({ id }) => id === style) ?? {};
    return {
      isOneInk,
      ...(ink !== undefined && { ink: channelsOfHex(ink) }),
      ...(gradient && { gradient }),
      ...(spread && { spread }),
      ...(accents && { accents: accents.map((accent) => ({ ...accent, ink: channelsOfHex(accent.ink) })) }),
      ...(ground && { ground: groundOfEntry(ground) }),
      ...(ring && { ring: ringOfEntry(ring) }),
      ...(shadows && { shadows: shadows.map(shadowOfEntry) }),
      ...(lines && { lines }),
      ...(hand && { hand }),
      ...(areas && { areas: areasOfEntry(areas) }),
      ...(liveArea !== undefined && { liveArea }),
      ...(largest !== undefined && { largest }),
    };
  }

  async #codeOf(value: ConditionValue): Promise<Float32Array> {
    if (value.kind === "text") return this.#codeNamed(value.text);
    if (value.kind !== "images") throw this.#fault("invalid_request", "the id of a style or images", value.kind);
    const latents = await this.#encoder.encode(value.images);
    const dims = [value.images.length, ...this.#entry.latentShape];
    const { code } = await this.#reader.run({ latents: { data: latents, dims } });
    requireShape(code!, [1, this.dims], this.#reader.label);
    requireFinite(code!.data as Float32Array, this.#reader.label);
    return code!.data as Float32Array;
  }

  #codeNamed(style: string): Float32Array {
    const ids = this.#entry.vocabulary.map(({ id }) => id);
    const row = ids.indexOf(style);
    if (row < 0) throw this.#fault("style_unknown", `one of ${someOf(ids)}`, `"${style}"`);
    return this.#codes.subarray(row * this.dims, (row + 1) * this.dims);
  }

  #fault(code: "style_unknown" | "invalid_request", expected: string, received: string): AppError {
    const field = this.#field;
    return new AppError(code, `${field}: expected ${expected}, got ${received}`, { field, expected, received });
  }
}

/** Codes of the vocabulary [styles, dims]. @throws AppError `pack_corrupt` when the file is missing or has others */
export async function readCodes(
  packFolder: string,
  { codes: path, vocabulary, dims }: DrawingStyleExpertEntry,
): Promise<Float32Array> {
  const refuse = (got: string, cause?: unknown): never => {
    const expected = `${vocabulary.length} codes of ${dims} values in float16`;
    throw new AppError("pack_corrupt", `style codes ${path}: expected ${expected}, got ${got}`, { cause });
  };
  const bytes = await readFile(join(packFolder, path)).catch((cause: unknown) => refuse("no readable file", cause));
  if (bytes.byteLength !== 2 * vocabulary.length * dims) refuse(`${bytes.byteLength} bytes`);
  const codes = Float32Array.from({ length: vocabulary.length * dims }, (_, at) =>
    fromHalf(bytes.readUInt16LE(2 * at)),
  );
  const strange = codes.findIndex((value) => !Number.isFinite(value));
  return strange < 0 ? codes : refuse(`${codes[strange]} at ${strange}`);
}
