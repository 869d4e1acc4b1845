/** What a run shows of a document beside the nodes of its tree: the document, its page with the selection, and images. */
import type { SimDocument, StoredImage } from "./document.ts";
import { requirePluginData } from "./nodes.ts";

/** The document as a node: its plugin data alone. */
export const rootOf = (document: SimDocument): DocumentNode =>
  ({
    type: "DOCUMENT",
    setPluginData: (key: string, value: string) => {
      requirePluginData(key, value);
      const { [key]: _old, ...rest } = document.pluginData;
      document.pluginData = value === "" ? rest : { ...rest, [key]: value };
      document.changed();
    },
    getPluginData: (key: string) => document.pluginData[key] ?? "",
    getPluginDataKeys: () => Object.keys(document.pluginData),
  }) as unknown as DocumentNode;

export const imageOf = ({ hash, bytes, width, height }: StoredImage): Image => ({
  hash,
  getBytesAsync: async () => bytes.slice(),
  getSizeAsync: async () => ({ width, height }),
});

type Listen = (type: string, callback: (event: never) => unknown) => void;

/** The page node with `selection`, which lives on the document and not in the tree. */
export function pageOf(document: SimDocument, on: Listen, off: Listen): PageNode {
  const { pageId } = document.tree;
  const page = document.nodes.node(pageId);
  return Object.create(page, {
    selection: {
      get: () => Object.freeze(document.selectionOf(pageId).map((id) => document.nodes.node(id))),
      set: (wanted: readonly SceneNode[]) => {
        for (const { id } of wanted)
          if (document.tree.pageOf(id) !== pageId)
            throw new Error("in set_selection: Cannot select nodes of another page");
        document.select(
          wanted.map(({ id }) => id),
          pageId,
        );
      },
    },
    on: { value: (type: string, callback: (event: never) => unknown) => on(`${type} ${pageId}`, callback) },
    off: { value: (type: string, callback: (event: never) => unknown) => off(`${type} ${pageId}`, callback) },
    focusedSlide: {
      get: () => (document.focusedSlide === undefined ? null : document.nodes.node(document.focusedSlide)),
    },
  }) as PageNode;
}
