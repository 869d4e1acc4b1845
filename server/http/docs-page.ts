/**
 * The readable documentation at /docs: one page made from the OpenAPI document, without scripts and without anything
 * fetched from elsewhere.
 */
import { problemStatus } from "../../shared/problem.ts";
import { problemsOf } from "./openapi.ts";
import type { Route } from "./route.ts";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character]!);
/** Escapes, then turns `code` into code. */
const prose = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, "<code>$1</code>");

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 15px/1.55 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem } h2 { font-size: 1.05rem; margin: 2rem 0 .3rem; border-top: 1px solid var(--line); padding-top: 1.2rem }
code, pre { font: 13px/1.5 ui-monospace, monospace } pre { overflow: auto; padding: .8rem; border: 1px solid var(--line); border-radius: 6px }
.method { display: inline-block; min-width: 4.2rem; font-weight: 700; text-transform: uppercase }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .25rem .6rem .25rem 0; vertical-align: top }
a { color: inherit } .quiet { opacity: .75 }`;

const anchorOf = (route: Route): string => `${route.method}-${route.path.replace(/[^a-z0-9]+/gi, "-")}`;

function sectionOf(route: Route): string {
  const rows = [
    ...(route.parameters ?? []).map(({ name, in: where, description, isRequired }) => [
      `<code>${escapeHtml(name)}</code>`,
      `${where}${isRequired ? ", required" : ""}`,
      prose(description),
    ]),
    ...(route.body
      ? [
          [
            "body",
            escapeHtml(route.body.mediaTypes.join(", ")),
            route.body.schema ? schemaLink(route.body.schema) : "the bytes",
          ],
        ]
      : []),
    ...Object.entries(route.answers).map(([status, answer]) => [
      status,
      answer.schema ? schemaLink(answer.schema) : escapeHtml(answer.mediaType ?? ""),
      prose(answer.description),
    ]),
    [
      "problems",
      "",
      problemsOf(route)
        .map((code) => `<a href="#problems"><code>${code}</code></a>`)
        .join(", "),
    ],
  ];
  return `<section id="${anchorOf(route)}"><h2><span class="method">${route.method}</span> <code>${escapeHtml(route.path)}</code></h2>
<p>${prose(route.summary)}${route.isOpen ? ' <span class="quiet">(no token needed)</span>' : ""}</p>
${route.description ? `<p>${prose(route.description)}</p>` : ""}
<table>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("\n")}</table></section>`;
}

const schemaLink = (name: string): string => `<a href="#schema-${name}">${name}</a>`;

/** The page as HTML. */
export function docsPage(routes: readonly Route[], schemas: Readonly<Record<string, object>>, version: string): string {
  const codes = Object.entries(problemStatus).map(
    ([code, status]) => `<tr><td><code>${code}</code></td><td>${status}</td></tr>`,
  );
  const index = routes.map(
    (route) =>
      `<li><a href="#${anchorOf(route)}"><code>${route.method.toUpperCase()} ${escapeHtml(route.path)}</code></a></li>`,
  );
  const example = `AUTH="Authorization: Bearer $(cat ~/.local/share/tau/token)"
JSON="Content-Type: application/json"
curl -s localhost:7826/v1/generations -H "$AUTH" -H "$JSON" \\
  -d '{"condition":{"caption":"red bird"},"count":4,"seed":7}'`;
  const edit = `# Restyle an image: upload it, keep its residual, name what it shows and what it should become
DIGEST=$(curl -s localhost:7826/v1/images -H "$AUTH" -H "Content-Type: image/png" \\
  --data-binary @apple.png | sed 's/.*"digest":"\\([0-9a-f]*\\).*/\\1/')
curl -s localhost:7826/v1/generations -H "$AUTH" -H "$JSON" -d '{
  "condition":{"caption":"red apple","style":"twemoji"},"count":1,
  "keepResidualOf":{"image":"'$DIGEST'","condition":{"caption":"red apple","style":"noto"}}}'`;
  const upscale = `# Enlarge it: four hypotheses with detail, and a map of the doubt
curl -s localhost:7826/v1/upscales -H "$AUTH" -H "$JSON" -d '{
  "image":"'$DIGEST'","scale":4,"detail":0.8,"count":4,"variance":true}'`;
  const training = `# Train a translation: upload at least 20 images, name each with what it shows, follow the job
curl -s localhost:7826/v1/trainings -H "$AUTH" -H "$JSON" -d '{
  "name":"my-style","examples":[{"image":"'$DIGEST'","captions":["red apple"]}, …]}'
curl -N localhost:7826/v1/trainings/$ID/events -H "$AUTH"
curl -s localhost:7826/v1/generations -H "$AUTH" -H "$JSON" -d '{
  "translation":"my-style","condition":{"caption":"green pear"}}'`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tau API ${escapeHtml(version)}</title><style>${style}</style></head><body><main>
<h1>Tau API ${escapeHtml(version)}</h1>
<p>Tau turns conditions into images, and enlarges images, with conditional invertible neural networks. For programs there is
<a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). Routes need
<code>Authorization: Bearer …</code> unless marked; the server wrote the token to its data folder at its first start.</p>
<pre>${escapeHtml(example)}</pre>
<pre>${escapeHtml(edit)}</pre>
<pre>${escapeHtml(upscale)}</pre>
<pre>${escapeHtml(training)}</pre><ul>${index.join("")}</ul>
${routes.map(sectionOf).join("\n")}
<section id="problems"><h2>Problems</h2><p>Every error is an RFC 9457 document of type <code>application/problem+json</code> with a
stable <code>code</code>, and where it applies <code>field</code>, <code>expected</code> and <code>received</code>.</p>
<table><tr><th>code</th><th>status</th></tr>${codes.join("")}</table></section>
<section><h2>Schemas</h2>${Object.entries(schemas)
    .map(
      ([name, schema]) =>
        `<h3 id="schema-${name}">${name}</h3><pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre>`,
    )
    .join("\n")}</section></main></body></html>`;
}
