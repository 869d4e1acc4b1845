/**
 * The pack manifest: one JSON file that names every expert, flow and file of a pack, with digests, licences and sources.
 * A pack is a folder `<id>/manifest.json` plus the listed files; nothing outside that list is ever opened.
 */
import { z } from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hex digits (SHA-256)");

/** A path inside the pack: relative, forward slashes, no `..`, no hidden parts. */
export const PackPathSchema = z
  .string()
  .max(200)
  .regex(
    /^(?!\.)[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
    "expected a relative path inside the pack",
  );

const PartSchema = z.object({ name: z.string(), licence: z.string(), source: z.string() });

/** Sentence encoder: WordPiece tokens → mean-pooled, L2-normalised vector [batch, dims]. */
export const TextExpertSchema = z.object({
  kind: z.literal("text"),
  model: PackPathSchema,
  tokenizer: PackPathSchema,
  dims: z.number().int().positive(),
  maxTokens: z.number().int().positive(),
});

/** One-hot label over a fixed vocabulary [batch, vocabulary length] (the official code's "Labelator"). */
export const LabelExpertSchema = z.object({
  kind: z.literal("label"),
  vocabulary: z.array(z.object({ id: z.string().min(1), label: z.string().min(1) })).min(1),
});

/** Autoencoder Λ∘Θ on premultiplied RGBA in [0, 1]: image [batch, 4, size, size] ↔ latent [batch, ...latentShape]. */
export const AutoencoderExpertSchema = z.object({
  kind: z.literal("autoencoder"),
  encoder: PackPathSchema,
  decoder: PackPathSchema,
  /** [channels, height, width] of z. */
  latentShape: z.tuple([z.number().int().positive(), z.number().int().positive(), z.number().int().positive()]),
  imageSizePx: z.number().int().positive(),
  /** Standard deviation of the fixed posterior N(mean, std²) that the flow was trained on (SimFlow). */
  posteriorStd: z.number().positive(),
});

export const ExpertSchema = z.discriminatedUnion("kind", [
  TextExpertSchema,
  LabelExpertSchema,
  AutoencoderExpertSchema,
]);

export const TranslationSchema = z.object({
  id: z.string().min(1),
  label: z.string().min(1),
  /** Name of the request's condition field → the expert that encodes it. Order is the flow's order of condition inputs. */
  conditions: z.array(z.object({ name: z.enum(["caption", "style"]), expert: z.string() })).min(1),
  target: z.string(),
  /** ONNX file of the flow: initialisers are its weights, metadata its architecture (server/flow/weights.ts). */
  flow: PackPathSchema,
  /** The style that a form should begin with, one of the style expert's vocabulary. */
  defaultStyle: z.string().optional(),
  metrics: z.record(z.string(), z.number()),
});

/** What a pack is, before its files are digested: `pack.json`, from which training makes the manifest. */
export const PackDraftSchema = z.object({
  format: z.literal(1),
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  label: z.string(),
  licence: z.string(),
  parts: z.array(PartSchema).min(1),
  experts: z.record(z.string(), ExpertSchema),
  translations: z.array(TranslationSchema).min(1),
});

export const PackManifestSchema = PackDraftSchema.extend({
  files: z.array(z.object({ path: PackPathSchema, sha256, bytes: z.number().int().nonnegative() })).min(1),
}).superRefine((manifest, context) => {
  const listed = new Set(manifest.files.map((file) => file.path));
  const need = (path: string, where: string): void => {
    if (!listed.has(path)) context.addIssue({ code: "custom", message: `${where}: "${path}" is not in files` });
  };
  for (const [name, expert] of Object.entries(manifest.experts)) {
    if (expert.kind === "text") for (const path of [expert.model, expert.tokenizer]) need(path, `experts.${name}`);
    if (expert.kind === "autoencoder")
      for (const path of [expert.encoder, expert.decoder]) need(path, `experts.${name}`);
  }
  for (const translation of manifest.translations) {
    need(translation.flow, `translations.${translation.id}`);
    const names = [...translation.conditions.map((condition) => condition.expert), translation.target];
    for (const name of names)
      if (!manifest.experts[name])
        context.addIssue({ code: "custom", message: `translations.${translation.id}: no expert "${name}"` });
    const styles = manifest.experts[translation.conditions.find(({ name }) => name === "style")?.expert ?? ""];
    const { defaultStyle } = translation;
    const isKnown = styles?.kind === "label" && styles.vocabulary.some(({ id }) => id === defaultStyle);
    if (defaultStyle !== undefined && !isKnown)
      context.addIssue({
        code: "custom",
        message: `translations.${translation.id}: expected a default style of its vocabulary, got "${defaultStyle}"`,
      });
  }
});

export type PackManifest = z.infer<typeof PackManifestSchema>;
export type TextExpertEntry = z.infer<typeof TextExpertSchema>;
export type LabelExpertEntry = z.infer<typeof LabelExpertSchema>;
export type AutoencoderExpertEntry = z.infer<typeof AutoencoderExpertSchema>;
export type TranslationEntry = z.infer<typeof TranslationSchema>;
