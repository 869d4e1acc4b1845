/**
 * The plan of a generation: the data that its rows share, encoded and inverted once, and a pure function from image and
 * candidate to its row. It decides which edit a request means; the engine does the edit.
 */
import type { OutOfDistribution } from "../../shared/contract/generations/generation.ts";
import type { ResidualSource, ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import { guidanceTermCount } from "../../shared/contract/generations/generation-rules.ts";
import { guidanceOn } from "../../shared/contract/translation-rules.ts";
import { limits } from "../../shared/limits.ts";
import { AppError, saidOf } from "../../shared/problem.ts";
import { findOutOfDistribution } from "../engine/calibration.ts";
import { type ConditionValues, type EncodedConditions, encodeConditions, namedLabels } from "../engine/conditions.ts";
import { addAttribute, fadeNamed } from "../engine/edits/attribute.ts";
import { type Blendable, blend } from "../engine/edits/blend.ts";
import { invertImage } from "../engine/edits/invert.ts";
import type { KeptPixels } from "../engine/edits/kept-pixels.ts";
import { varyResidual } from "../engine/edits/variations.ts";
import { guidanceTermsOf } from "../engine/guidance.ts";
import type { StyleLines } from "../engine/lines/line-width.ts";
import { asSmallAsStyle, inkOfStyle, looksOf, paletteOf, readInInk } from "../engine/read-in-ink.ts";
import type { Row, Translation } from "../engine/translation.ts";
import { sampleRow } from "../retrieval/retrieved-prior.ts";
import { stylesUnder } from "../retrieval/sources.ts";
import { conditionValues, holeOf, imageOf, inOwnStyle, keyOfShown } from "./conditions/condition-values.ts";
import { withGivenDrawings } from "./drawings/given-drawings.ts";
import { withSaidOfDrawing } from "./drawings/said-of-drawing.ts";
import { type EndInInk, mixedPaints, readEnd, restyled } from "./edited-looks.ts";
import { askedAt, bestOfEach, freely, looksAt, type Plan } from "./generation-plan.ts";
import { planDifferent } from "./plan-different.ts";
import { planFromCaption } from "./plan-from-caption.ts";
import type { ConditionImages } from "./protocol.ts";

/**
 * @param signal ends a long plan early
 * @throws AppError `invalid_request` for fields that don't go together, or an expert's own error; the signal's reason
 */
export async function planGeneration(
  translation: Translation,
  given: ResolvedRequest,
  givenImages: ConditionImages,
  signal?: AbortSignal,
): Promise<Plan> {
  const whole = withGivenDrawings(translation, inDefaultStyle(translation, given), givenImages);
  const {
    request,
    images,
    sources,
    kept: keptBeside,
    parts,
  } = await withSaidOfDrawing(translation, whole.request, whole.images);
  refuseContradictions(translation, request);
  if (translation.captions && request.condition.caption !== undefined)
    return planFromCaption(translation, translation.captions, request, images, signal);
  const { keepResidualOf, blendWith, count, angleDegrees } = request;
  const requested = conditionValues(request.condition, images, keepResidualOf ? true : undefined);
  const each = bestOfEach(request);
  const rowFrom = ({ residual, conditions }: Blendable): Row => {
    return { residual, conditions, guidance: guidanceTermsOf(request, conditions) };
  };
  if (!keepResidualOf) {
    const values = inOwnStyle(requested);
    const styleInk = inkOfStyle(translation, values);
    const conditions = await encodeRequest(translation, request, readInInk(translation, values, styleInk));
    const among = stylesUnder(request.licences, translation.drawings);
    const looks = looksAt(request, looksOf(translation, askedAt(request, requested), styleInk));
    const coloured = requested.colours ? undefined : parts;
    const finish = { ...looks, kept: keptBeside ?? keptPixels(request, images, styleInk.lines), parts: coloured };
    const free = request.temperature === 0 ? finish : freely(finish);
    const findings = {
      outOfDistribution: findOutOfDistribution(translation.calibration, conditions),
      namedLabels: namedLabels([conditions]),
      ...(sources && { sourcesOf: () => sources }),
    };
    if (request.diversity && count > 1)
      return { ...findings, finishOf: () => free, ...planDifferent(translation, conditions, { ...request, among }) };
    return {
      ...findings,
      // Of several images the first keeps the drawing's lines, so that the others can differ. With diversity all of them do.
      finishOf: (image) => (image === 0 && !request.diversity ? finish : free),
      ...each,
      rowOf: (image, candidate) =>
        sampleRow(translation, conditions, { ...request, among, seed: each.seedOf(image, candidate) }),
    };
  }
  const outOfDistribution = (...given: readonly EncodedConditions[]) =>
    worstByField(given.flatMap((conditions) => findOutOfDistribution(translation.calibration, conditions)));
  const kept = [keepResidualOf, ...(blendWith ? [blendWith] : [])];
  const read = kept.map((source) => readEnd(translation, source, requested, images));
  // Only if both ends can be read in the usual ink (engine/read-in-ink.ts); else both keep their own colours.
  const isInInk = read.every((end) => end !== undefined);
  const end = (where: "keepResidualOf" | "blendWith", source: ResidualSource, at: number): Promise<EditedEnd> =>
    editedEnd(translation, request, { where, source, inked: isInInk ? read[at] : undefined }, requested, images);
  const from = await end("keepResidualOf", keepResidualOf, 0);
  const to = blendWith && (await end("blendWith", blendWith, 1));
  const ends = [from, ...(to ? [to] : [])];
  return {
    outOfDistribution: outOfDistribution(...ends.flatMap(({ own, conditions }) => [own, conditions])),
    namedLabels: namedLabels(ends.map(({ conditions }) => conditions)),
    ...each,
    finishOf: (image) =>
      isInInk
        ? mixedPaints(read[0]!.paints, read.at(-1)!.paints, to ? image / (count - 1) : 0)
        : { palette: paletteOf(requested, { isOneInk: false }) },
    rowOf: (image, candidate) =>
      to
        ? rowFrom(blend(from, to, image / (count - 1)))
        : rowFrom({ ...from, residual: varyResidual(from.residual, each.seedOf(image, candidate), angleDegrees) }),
  };
}

/** A request that names no style, in the one that the translation was made for; what keeps its own, as around a hole, stays. */
function inDefaultStyle({ defaultStyle }: Translation, request: ResolvedRequest): ResolvedRequest {
  const { condition, keepResidualOf } = request;
  if (!defaultStyle || condition.style || condition.drawing?.mask || keepResidualOf) return request;
  return { ...request, condition: { ...condition, style: defaultStyle } };
}

/** @throws AppError `invalid_request` for a mask that marks nothing */
function keptPixels(
  { condition: { drawing } }: ResolvedRequest,
  images: ConditionImages,
  lines: StyleLines | undefined,
): KeptPixels | undefined {
  if (drawing?.mask === undefined) return undefined;
  const hole = holeOf(images, drawing.mask);
  if (!hole.some((share) => share >= 0.5))
    throw contradiction(
      "condition.drawing.mask",
      "white where the drawing is drawn anew",
      "nothing that is light and opaque",
    );
  return { planes: imageOf(images, keyOfShown(drawing)).planes, hole, lines };
}

/** Each field once, with its largest distance. */
function worstByField(found: readonly OutOfDistribution[]): OutOfDistribution[] {
  const worst = new Map<string, OutOfDistribution>();
  for (const condition of found)
    if (condition.score > (worst.get(condition.field)?.score ?? 0)) worst.set(condition.field, condition);
  return [...worst.values()];
}

interface EditedEnd extends Blendable {
  /** The conditions under which the image was inverted. */
  readonly own: EncodedConditions;
}

interface EndSource {
  readonly where: "keepResidualOf" | "blendWith";
  readonly source: ResidualSource;
  /** The image in the usual ink, as its conditions are then; absent where it stays as it is. */
  readonly inked?: EndInInk | undefined;
}

/** Residual of an image under its own condition, with the conditions that the request wants. */
async function editedEnd(
  translation: Translation,
  request: ResolvedRequest,
  { where, source, inked }: EndSource,
  requested: ConditionValues,
  images: ConditionImages,
): Promise<EditedEnd> {
  const own = inOwnStyle(conditionValues(source.condition, images, true));
  const wanted = restyled(own, requested);
  const styleInk = inkOfStyle(translation, wanted);
  const read = (values: ConditionValues): ConditionValues =>
    inked ? readInInk(translation, values, styleInk, own) : asSmallAsStyle(translation, values);
  const { planes } = inked ?? imageOf(images, source.image);
  const encoded = await encodeConditions(translation, read(own)).catch((error: unknown) => {
    throw inside(where, error);
  });
  const { residual } = await invertImage(translation, planes, encoded);
  return { residual, own: encoded, conditions: await encodeRequest(translation, request, read(wanted)) };
}

/** An error about a condition, with the path of its source in the request. */
function inside(where: string, error: unknown): unknown {
  if (!(error instanceof AppError) || !error.detail.field?.startsWith("condition.")) return error;
  return saidOf(`${where}.${error.detail.field}`, error);
}

/** Encoded conditions, with the caption moved along the request's attribute. */
async function encodeRequest(
  translation: Translation,
  { attribute }: ResolvedRequest,
  values: ConditionValues,
): Promise<EncodedConditions> {
  const conditions = await encodeConditions(translation, values);
  if (!attribute) return conditions;
  const { caption } = conditions;
  if (!caption) throw contradiction("attribute", "a caption to move", "none");
  const wordsOf = async (words: string): Promise<Float32Array> =>
    (await encodeConditions(translation, { caption: { kind: "text", text: words } })).caption!.vector;
  const from = attribute.from === undefined ? undefined : await wordsOf(attribute.from);
  const vector = addAttribute(caption.vector, await wordsOf(attribute.towards), from, attribute.strength);
  // A moved caption is no longer a text, so its vector without colours is dropped.
  const { plain: _, ...moved } = caption;
  return { ...fadeNamed(conditions, Math.abs(attribute.strength)), caption: { ...moved, vector } };
}

/** The API's contract refuses most of these; internal callers get the same errors. */
function refuseContradictions({ id, flow, captions }: Translation, request: ResolvedRequest): void {
  const { keepResidualOf, blendWith, angleDegrees, bestOf, count, diversity } = request;
  const draws = !keepResidualOf || angleDegrees > 0;
  if (request.startFrom !== undefined && (!captions?.library || request.condition.caption === undefined))
    throw contradiction(
      "startFrom",
      "a caption beside it, in a translation whose captions find drawings of a library",
      request.startFrom,
    );
  if (request.family !== undefined && !captions)
    throw contradiction("family", "a translation whose captions find drawings", request.family.join(", "));
  if (!keepResidualOf && angleDegrees > 0)
    throw contradiction("angleDegrees", "0 without keepResidualOf", angleDegrees);
  if (keepResidualOf && request.retrieval > 0)
    throw contradiction("retrieval", "0 with keepResidualOf", request.retrieval);
  if (!keepResidualOf && blendWith) throw contradiction("blendWith", "keepResidualOf beside it", "none");
  if (blendWith && angleDegrees > 0) throw contradiction("angleDegrees", "0 with blendWith", angleDegrees);
  if (blendWith && count < 2) throw contradiction("count", "at least 2 frames with blendWith", count);
  if (keepResidualOf && diversity) throw contradiction("diversity", "0 with keepResidualOf", diversity);
  if (diversity && bestOf > 1) throw contradiction("bestOf", "1 with diversity, which draws candidates itself", bestOf);
  if (captions && request.condition.caption !== undefined && request.attribute)
    throw contradiction(
      "attribute",
      "no attribute: words find a drawing here, and move nothing",
      request.attribute.towards,
    );
  if (!draws && bestOf > 1) throw contradiction("bestOf", "1, because nothing is drawn", bestOf);
  if (!draws && !blendWith && count > 1)
    throw contradiction("count", "1, because a kept residual gives one image", count);
  // Checked here, because the flow would refuse the whole batch including rows of other requests.
  const [terms, most] = [guidanceTermCount(request), limits.guidanceTermsMax];
  if (terms > most) throw contradiction("guidanceOf", `at most ${most} weights above 0, guidance counted`, terms);
  guidanceOn({ id, ...flow }, request);
}

function contradiction(field: string, expected: string, received: string | number): AppError {
  const message = `${field}: expected ${expected}, got ${received}`;
  return new AppError("invalid_request", message, { field, expected, received: String(received) });
}
