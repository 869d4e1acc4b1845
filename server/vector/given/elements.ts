/**
 * The elements of an SVG text as a tree: what a drawing that was given is read from. Nothing is looked up, run or resolved, and what is no plain markup gives none.
 * Pure.
 */

export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
}

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
}

/** No attribute of XML holds `<`, and each follows a space: so neither is looked for twice at one place. */
const tagIn = /<(\/?)([^\s/<>"'=]+)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>/g;
const attributeIn = /(?<=\s)([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
/** Elements within each other at most. */
const depthMost = 64;

/** The outermost `<svg>`; undefined for text that is not whole, or says more than elements. */
export function elementsOf(text: string): Element | undefined {
  const plain = text.replace(/^\s*<\?xml\s[^<>]*\?>/, "").replace(/<!--[^<>]*-->/g, "");
  if (/<[!?]/.test(plain)) return undefined;
  const root: Open = { name: "", attributes: new Map(), children: [] };
  const open: Open[] = [root];
  for (const [tag, slash, name, written] of plain.matchAll(tagIn)) {
    if (slash) {
      if (open.length < 2 || open.pop()!.name !== name) return undefined;
      continue;
    }
    const attributes = new Map<string, string>();
    for (const [, key, double, single] of written!.matchAll(attributeIn)) attributes.set(key!, double ?? single!);
    const element: Open = { name: name!, attributes, children: [] };
    open.at(-1)!.children.push(element);
    if (tag.endsWith("/>")) continue;
    if (open.length > depthMost) return undefined;
    open.push(element);
  }
  const [svg, ...others] = root.children;
  return open.length === 1 && others.length === 0 && svg?.name === "svg" ? svg : undefined;
}
