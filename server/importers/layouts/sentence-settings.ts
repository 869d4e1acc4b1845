/** The settings that lie beside a sentence encoder's weights, as Hugging Face and sentence-transformers write them. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { checkpointFault } from "../../checkpoints/checkpoint.ts";

const ConfigSchema = z.object({
  model_type: z.enum(["bert", "mpnet"]),
  num_attention_heads: z.number().int().positive(),
  hidden_act: z.literal("gelu").default("gelu"),
  layer_norm_eps: z.number().positive().default(1e-12),
});

const PoolingSchema = z.object({
  pooling_mode_cls_token: z.boolean().default(false),
  pooling_mode_mean_tokens: z.boolean().default(true),
});

const LengthSchema = z.object({ max_seq_length: z.number().int().positive().default(256) });

export interface SentenceSettings {
  readonly layout: "bert" | "mpnet";
  readonly heads: number;
  readonly eps: number;
  readonly pooling: "mean" | "first token";
  readonly maxTokens: number;
  readonly tokenizer: string;
}

/**
 * Reads `config.json` and, where they are, `1_Pooling/config.json` and `sentence_bert_config.json`.
 * @throws AppError `pack_corrupt` naming the file and field that does not fit, or the tokenizer that is missing
 */
export async function readSentenceSettings(folder: string): Promise<SentenceSettings> {
  const config = await parsed(join(folder, "config.json"), ConfigSchema);
  if (!config) throw checkpointFault(join(folder, "config.json"), "a sentence encoder's configuration", "no file");
  const pooling = await parsed(join(folder, "1_Pooling", "config.json"), PoolingSchema);
  const length = await parsed(join(folder, "sentence_bert_config.json"), LengthSchema);
  const tokenizer = join(folder, "tokenizer.json");
  if (!(await stat(tokenizer).catch(() => undefined))?.isFile())
    throw checkpointFault(tokenizer, "the tokenizer beside the weights", "no file");
  return {
    layout: config.model_type,
    heads: config.num_attention_heads,
    eps: config.layer_norm_eps,
    pooling: pooling?.pooling_mode_cls_token && !pooling.pooling_mode_mean_tokens ? "first token" : "mean",
    maxTokens: length?.max_seq_length ?? 256,
    tokenizer,
  };
}

async function parsed<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw checkpointFault(path, "JSON", "text that is none", cause);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw checkpointFault(`${path}: ${issue.path.join(".")}`, "a BERT or MPNet encoder", issue.message);
}
