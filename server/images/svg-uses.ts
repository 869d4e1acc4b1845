/**
 * What `<use>` adds to a drawing: the text with each use followed by the text of what it shows, for the checks of svg.ts. The renderer
 * resolves uses by itself; this text is never drawn.
 */
import { limits } from "../../shared/limits.ts";
import type { AppError } from "../../shared/problem.ts";

/** Builds the error for what is not allowed. */
export type Refuse = (expected: string, received: string) => AppError;

interface Use {
  /** Where its tag ends. */
  readonly end: number;
  /** Undefined shows nothing. */
  readonly target: string | undefined;
}

interface Place {
  readonly start: number;
  end: number;
}

/** No attribute of XML holds `<`, and each follows a space: so neither is looked for twice at one place. */
const tagIn = /<(\/?)([^\s/<>"'=]+)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>/g;
const attributeIn = /(?<=\s)([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/**
 * The text of a drawing without comments, each use followed by what it shows. A use of what the drawing lacks is refused, so that nothing
 * is drawn that is not counted here.
 * @throws AppError for uses of themselves, of other documents, and for more than a text without uses could have
 */
export function withUses(body: string, refuse: Refuse): string {
  if (!body.includes("<use")) return body;
  const { places, uses } = readElements(body, refuse);
  const [parts, shown]: [string[], Set<string>] = [[], new Set()];
  let chars = 0;
  const add = (from: number, to: number): void => {
    chars += to - from;
    if (chars > limits.svgMaxChars)
      throw refuse(`an SVG of at most ${limits.svgMaxChars} characters, counted for each <use>`, "more");
    parts.push(body.slice(from, to));
  };
  const write = ({ start, end }: Place): void => {
    let at = start;
    for (const use of uses) {
      if (use.end <= start || use.end > end) continue;
      add(at, use.end);
      at = use.end;
      if (use.target === undefined) continue;
      const place = places.get(use.target);
      const name = use.target.slice(0, 60);
      // `&apos;` and the like would be read otherwise here than by the renderer.
      if (!place || use.target.includes("&")) throw refuse("a <use> of what the drawing has", `#${name}`);
      if (shown.has(use.target)) throw refuse("a <use> that does not show itself", `#${name}`);
      shown.add(use.target);
      write(place);
      shown.delete(use.target);
    }
    add(at, end);
  };
  write({ start: 0, end: body.length });
  return parts.join("");
}

/** Where elements with an id begin and end, of equal ids the first as in the renderer, and which each use shows. */
function readElements(body: string, refuse: Refuse): { places: Map<string, Place>; uses: Use[] } {
  const [places, uses, open]: [Map<string, Place>, Use[], Place[]] = [new Map(), [], []];
  let oddId: string | undefined;
  for (const { 0: tag, 1: slash, 2: name, 3: attributes, index } of body.matchAll(tagIn)) {
    const end = index + tag.length;
    if (slash) {
      const closed = open.pop();
      if (closed) closed.end = end;
      continue;
    }
    const isClosed = tag.endsWith("/>");
    const place = { start: index, end: isClosed ? end : body.length };
    if (!isClosed) open.push(place);
    const targets = new Set<string>();
    for (const [, key, double, single] of attributes!.matchAll(attributeIn)) {
      const value = (double ?? single!).replace(/\r\n|[\t\r\n]/g, " ");
      // The renderer may read these ids otherwise than they are read here.
      if (/(?:^|:)id$/.test(key!) && (key !== "id" || value.includes("&"))) oddId ??= value;
      if (key === "id" && !places.has(value)) places.set(value, place);
      if (name === "use" && /(?:^|:)href$/.test(key!)) targets.add(value);
    }
    if (name !== "use") continue;
    // Which of several counts depends on their namespaces.
    if (targets.size > 1) throw refuse("a <use> with one target", `${targets.size}`);
    const [target] = targets;
    if (target !== undefined && !target.startsWith("#"))
      throw refuse("references inside the drawing only (#name)", target.slice(0, 60));
    uses.push({ end, target: target?.slice(1) });
  }
  if (oddId !== undefined && uses.length > 0) throw refuse("plain ids beside <use>", oddId.slice(0, 60));
  return { places, uses };
}
