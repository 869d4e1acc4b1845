/**
 * What a flow between styles draws: captions, icons, and parts of an icon, in a named style or one that icons show. Pure.
 * The likeliest answer (temperature 0) is the cleanest; only a part that is drawn anew may vary.
 */
import type { Style } from "../../../shared/contract/conditions.ts";
import { iconSizesPx } from "../../../shared/messages/vector-messages.ts";
import { type DrawJob, numbered, type TranslationAbilities, tracedJob } from "../run/jobs.ts";
import type { Form } from "../state/form.ts";
import { artboardsOf } from "./captions.ts";
import type { UploadedIcon } from "./icons.ts";

const inputOf = ({ seed }: Form, { id }: TranslationAbilities) => ({ translation: id, seed, temperature: 0 });

/** Each image of an artboard finds a drawing of its own. */
export const planRedrawnCaptions = (form: Form, translation: TranslationAbilities, style: Style): DrawJob[] =>
  artboardsOf(form, (caption) => ({ ...inputOf(form, translation), condition: { caption, style } }));

/** Each icon in its own layer, a vector as a vector. */
export const planRedrawnIcons = (
  form: Form,
  translation: TranslationAbilities,
  icons: readonly UploadedIcon[],
  style: Style,
): DrawJob[] =>
  numbered(
    icons.map(({ icon, digest }) =>
      inItsLayer(icon, {
        kind: "draw" as const,
        index: 0,
        title: icon.nodeName,
        imageCount: 1,
        input: { ...inputOf(form, translation), condition: { drawing: { image: digest }, style }, count: 1 },
        nodeIds: [icon.nodeId],
      }),
    ),
  );

/** The painted part of one icon. @param style absent: the icon's own */
export const planRedrawnPart = (
  form: Form,
  translation: TranslationAbilities,
  { icon, digest }: UploadedIcon,
  mask: string,
  style: Style | undefined,
): DrawJob[] =>
  numbered([
    inItsLayer(icon, {
      kind: "draw" as const,
      index: 0,
      title: icon.nodeName,
      imageCount: 1,
      input: {
        ...inputOf(form, translation),
        temperature: form.redrawVariety,
        condition: { drawing: { image: digest, mask }, ...(style === undefined ? {} : { style }) },
        count: 1,
      },
      nodeIds: [icon.nodeId],
    }),
  ]);

const inItsLayer = ({ imageHash }: UploadedIcon["icon"], job: DrawJob): DrawJob =>
  imageHash === undefined ? tracedJob<DrawJob>(job, {}, iconSizesPx) : job;
