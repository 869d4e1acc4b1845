/**
 * The OpenAPI 3.1 document, generated from the route table and the zod schemas of shared/ (zod's own JSON Schema 2020-12
 * writer, which is what OpenAPI 3.1 speaks).
 */
import { z } from "zod";
import { BatchRequestSchema } from "../../shared/contract/generations/batches.ts";
import { DrawingsRequestSchema, DrawingsSchema } from "../../shared/contract/generations/drawings.ts";
import { GenerationListSchema, GenerationSchema } from "../../shared/contract/generations/generation.ts";
import { GenerationRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import { InversionRequestSchema, InversionSchema } from "../../shared/contract/generations/inversion.ts";
import { HealthSchema, MetaSchema } from "../../shared/contract/meta.ts";
import { TrainingListSchema, TrainingRequestSchema, TrainingSchema } from "../../shared/contract/training.ts";
import { ImageUploadSchema } from "../../shared/contract/upload.ts";
import { UpscaleListSchema, UpscaleRequestSchema, UpscaleSchema } from "../../shared/contract/upscaling.ts";
import { FamilyRequestSchema, FamilySchema, VectorRequestSchema, VectorSchema } from "../../shared/contract/vectors.ts";
import { WorkerListSchema } from "../../shared/contract/workers.ts";
import { type ProblemCode, problemStatus } from "../../shared/problem.ts";
import { ProblemSchema } from "../../shared/problem-document.ts";
import { problemMediaType } from "./problems.ts";
import type { Answer, Route } from "./route.ts";

const schemas: Readonly<Record<string, { readonly schema: z.ZodType; readonly io: "input" | "output" }>> = {
  GenerationRequest: { schema: GenerationRequestSchema, io: "input" },
  Generation: { schema: GenerationSchema, io: "output" },
  BatchRequest: { schema: BatchRequestSchema, io: "input" },
  GenerationList: { schema: GenerationListSchema, io: "output" },
  UpscaleRequest: { schema: UpscaleRequestSchema, io: "input" },
  Upscale: { schema: UpscaleSchema, io: "output" },
  UpscaleList: { schema: UpscaleListSchema, io: "output" },
  InversionRequest: { schema: InversionRequestSchema, io: "input" },
  Inversion: { schema: InversionSchema, io: "output" },
  DrawingsRequest: { schema: DrawingsRequestSchema, io: "input" },
  Drawings: { schema: DrawingsSchema, io: "output" },
  VectorRequest: { schema: VectorRequestSchema, io: "input" },
  Vector: { schema: VectorSchema, io: "output" },
  FamilyRequest: { schema: FamilyRequestSchema, io: "input" },
  Family: { schema: FamilySchema, io: "output" },
  TrainingRequest: { schema: TrainingRequestSchema, io: "input" },
  Training: { schema: TrainingSchema, io: "output" },
  TrainingList: { schema: TrainingListSchema, io: "output" },
  ImageUpload: { schema: ImageUploadSchema, io: "output" },
  WorkerList: { schema: WorkerListSchema, io: "output" },
  Meta: { schema: MetaSchema, io: "output" },
  Health: { schema: HealthSchema, io: "output" },
  Problem: { schema: ProblemSchema, io: "output" },
};

function jsonSchemaOf(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    // The only transforms of the contract clean texts: what comes out is a text.
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === "transform") jsonSchema.type = "string";
    },
  });
  return rest;
}

const reference = (name: string): object => ({ $ref: `#/components/schemas/${name}` });

const answerOf = ({ description, schema, mediaType }: Answer): object => ({
  description,
  ...(schema ? { content: { "application/json": { schema: reference(schema) } } } : {}),
  ...(mediaType
    ? {
        content: {
          [mediaType]: {
            schema: mediaType === "image/png" ? { type: "string", format: "binary" } : { type: "string" },
          },
        },
      }
    : {}),
});

/** Codes by status, as answers. */
function problemAnswers(codes: readonly ProblemCode[]): Record<string, object> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) byStatus.set(problemStatus[code], [...(byStatus.get(problemStatus[code]) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      {
        description: group.map((code) => `\`${code}\``).join(", "),
        content: { [problemMediaType]: { schema: reference("Problem") } },
      },
    ]),
  );
}

/** Codes that a route can give because of what stands before it. */
export function problemsOf(route: Route): ProblemCode[] {
  const codes = new Set<ProblemCode>(route.problems ?? []);
  codes.add("origin_host_refused");
  if (!route.isOpen) codes.add("unauthorized");
  if (route.isOfAdmins) codes.add("forbidden");
  if (!route.isOpen && !route.isUnlimited) codes.add("rate_limited");
  if (route.parameters?.some((parameter) => parameter.in !== "path") || route.body?.schema)
    codes.add("invalid_request");
  codes.add("internal");
  return [...codes];
}

function operationOf(route: Route): object {
  const parameters = (route.parameters ?? []).map(({ name, in: where, description, schema, isRequired = false }) => ({
    name,
    in: where,
    description,
    required: isRequired,
    schema: jsonSchemaOf(schema, "input"),
  }));
  const bodySchema = route.body?.schema ? reference(route.body.schema) : { type: "string", format: "binary" };
  const content = route.body && Object.fromEntries(route.body.mediaTypes.map((type) => [type, { schema: bodySchema }]));
  return {
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    operationId: `${route.method}${route.path.replace(/[^A-Za-z0-9]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    security: route.isOpen ? [] : [{ token: [] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(content ? { requestBody: { required: true, content } } : {}),
    responses: {
      ...problemAnswers(problemsOf(route)),
      ...Object.fromEntries(Object.entries(route.answers).map(([status, answer]) => [status, answerOf(answer)])),
    },
  };
}

/** The document as a plain object. */
export function openApiOf(routes: readonly Route[], version: string) {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path]![route.method] = operationOf(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Tau",
      version,
      summary: "Tau turns conditions into images, and enlarges images, with conditional invertible neural networks.",
      description: "Every error is an RFC 9457 problem document with a stable `code`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description: "The server writes it to its data folder at its first start, and prints it in its link.",
        },
      },
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([name, { schema, io }]) => [name, jsonSchemaOf(schema, io)]),
      ),
    },
  };
}
