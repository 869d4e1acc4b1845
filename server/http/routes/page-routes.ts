/**
 * Pages for people: the contract, its documentation, and the built playground at `/`. The playground's page reads the token
 * from its address's fragment, which browsers never send, so these routes need none and learn none.
 */
import { readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { z } from "zod";
import { AppError } from "../../../shared/problem.ts";
import { once } from "../../platform/once.ts";
import { docsPage } from "../docs-page.ts";
import { openApiOf } from "../openapi.ts";
import { type AppContext, json, type Route, type RouteDeps } from "../route.ts";

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

/** The docs use no script at all. */
const docsPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** The playground is one file with everything inline; it runs the plugin's main code and speaks to local servers. */
const playgroundPolicy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self' data: blob: http://localhost:* http://127.0.0.1:*",
  "frame-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** A path of plain names: no hidden files, no way up. */
const safePath = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

export function pageRoutes(deps: RouteDeps, allRoutes: () => readonly Route[]): Route[] {
  const document = once(() => openApiOf(allRoutes(), deps.version));
  const docs = once(() => docsPage(allRoutes(), document().components.schemas, deps.version));
  const isOpen = true;
  const page = { description: "The page.", mediaType: "text/html" };
  return [
    {
      method: "get",
      path: "/openapi.json",
      summary: "This contract as OpenAPI 3.1",
      isOpen,
      answers: { 200: { description: "The document.", mediaType: "application/json" } },
      handle: () => json(document()),
    },
    {
      method: "get",
      path: "/docs",
      summary: "This contract as a page",
      isOpen,
      answers: { 200: page },
      handle: () => html(docs(), docsPolicy),
    },
    {
      method: "get",
      path: "/",
      summary: "The playground",
      isOpen,
      answers: { 200: page },
      problems: ["not_found"],
      handle: () => file(deps, "index.html"),
    },
    {
      method: "get",
      path: "/playground/{path}",
      pattern: "/playground/*",
      summary: "Files of the playground",
      parameters: [{ name: "path", in: "path", description: "Name of a file.", schema: z.string(), isRequired: true }],
      isOpen,
      answers: { 200: { description: "The file.", mediaType: "application/octet-stream" } },
      problems: ["not_found"],
      handle: (c: AppContext) => file(deps, c.req.path.slice("/playground/".length) || "index.html"),
    },
  ];
}

const html = (text: string, policy: string): Response =>
  new Response(text, {
    headers: { "Content-Type": mediaTypes[".html"]!, "Content-Security-Policy": policy, "Cache-Control": "no-cache" },
  });

/** Files of the playground, which are a few, by path and as old as the newest build. */
const kept = new Map<string, { readonly mtimeMs: number; readonly bytes: Uint8Array<ArrayBuffer> }>();

async function readKept(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { mtimeMs } = await stat(path);
  const known = kept.get(path);
  if (known?.mtimeMs === mtimeMs) return known.bytes;
  const bytes = new Uint8Array(await readFile(path));
  kept.set(path, { mtimeMs, bytes });
  return bytes;
}

async function file(deps: RouteDeps, path: string): Promise<Response> {
  const type = mediaTypes[extname(path)];
  const isServable = deps.playgroundDir !== undefined && safePath.test(path) && type !== undefined;
  const bytes = isServable ? await readKept(join(deps.playgroundDir!, path)).catch(() => undefined) : undefined;
  if (!bytes) {
    const hint = path === "index.html" ? "the built playground (npm run build makes it)" : "a file of the playground";
    throw new AppError("not_found", `path: expected ${hint}, got none`, { field: "path" });
  }
  return new Response(bytes, {
    headers: { "Content-Type": type!, "Content-Security-Policy": playgroundPolicy, "Cache-Control": "no-cache" },
  });
}
