/**
 * Collections of colour variables: those of the file, and those of the libraries that it uses. A library's collections are listed by name;
 * their colours are only there once its variables are imported, so this is done for the one that is asked for.
 * https://developers.figma.com/docs/plugins/api/figma-teamlibrary
 */
import { type ColourCollection, libraryId, libraryKeyOf } from "../../../shared/messages/vector-messages.ts";
import { hexOf } from "../layers/bindings.ts";
import { createYield } from "../slices.ts";

/** Aliases of aliases beyond this are a circle. */
const aliasesMax = 10;
/** Colours of one library's collection, each a request to Figma where it is new to the file; and how many are on their way at once. */
const [importedMax, importedAtOnce] = [256, 16] as const;

/** Colour variables of libraries' collections, and collections that were read, by key: what is published hardly changes while the window is open. */
const published = new Map<string, readonly LibraryVariable[]>();
const read = new Map<string, ColourCollection>();

/** The file's own collections that have colours. */
export async function readCollections(): Promise<ColourCollection[]> {
  // FigJam and Slides may have none.
  if (figma.variables === undefined) return [];
  const [collections, variables] = await Promise.all([
    figma.variables.getLocalVariableCollectionsAsync(),
    figma.variables.getLocalVariablesAsync("COLOR"),
  ]);
  const found: ColourCollection[] = [];
  for (const { id, name, modes } of collections) {
    const own = variables.filter(({ variableCollectionId }) => variableCollectionId === id);
    if (own.length > 0) found.push({ id, name, modes: modesOf(modes), colours: await coloursOf(own, modes) });
  }
  return found;
}

/**
 * Collections of libraries that have colours, by name, with the colours of those that were read before and of the one asked for.
 * @param wanted as `ColourCollection.id`; nothing happens where no library has it
 * @throws Error when Figma can't be reached
 */
export async function readLibraries(wanted: string | undefined): Promise<ColourCollection[]> {
  // Other editors may have none, or refuse.
  if (figma.editorType !== "figma" || figma.variables === undefined) return [];
  const available = await figma.teamLibrary.getAvailableLibraryVariableCollectionsAsync();
  await Promise.all(available.map(({ key }) => readNames(key)));
  const listed = available.filter(({ key }) => (published.get(key) ?? []).length > 0);
  const key = libraryKeyOf(wanted);
  const found = listed.find((collection) => collection.key === key);
  if (found !== undefined && !read.has(found.key)) read.set(found.key, await readLibrary(found));
  return listed.map(
    (collection) =>
      read.get(collection.key) ?? {
        id: libraryId(collection.key),
        name: collection.name,
        library: collection.libraryName,
        modes: [],
        colours: [],
      },
  );
}

/** Which colours a collection has, by name; none where the library can't be seen. */
async function readNames(key: string): Promise<void> {
  if (published.has(key)) return;
  const variables = await figma.teamLibrary.getVariablesInLibraryCollectionAsync(key).catch(() => []);
  published.set(
    key,
    variables.filter(({ resolvedType }) => resolvedType === "COLOR"),
  );
}

async function readLibrary({ key, name, libraryName }: LibraryVariableCollection): Promise<ColourCollection> {
  const yieldToEditor = createYield();
  const wanted = published.get(key)!.slice(0, importedMax);
  const imported: PromiseSettledResult<Variable>[] = [];
  for (let at = 0; at < wanted.length; at += importedAtOnce) {
    const some = wanted.slice(at, at + importedAtOnce);
    imported.push(...(await Promise.allSettled(some.map((one) => figma.variables.importVariableByKeyAsync(one.key)))));
    await yieldToEditor();
  }
  const variables = imported.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const [refused] = imported.filter((one) => one.status === "rejected");
  // One that was taken back by its library is none; none at all is a fault.
  if (variables.length === 0 && refused !== undefined) throw refused.reason;
  const collectionId = variables[0]?.variableCollectionId;
  const collection =
    collectionId === undefined ? null : await figma.variables.getVariableCollectionByIdAsync(collectionId);
  const modes = collection?.modes ?? [];
  return {
    id: libraryId(key),
    name,
    library: libraryName,
    // Without a mode it would count as not read.
    modes: modes.length === 0 ? [{ id: "", name: "" }] : modesOf(modes),
    colours: await coloursOf(variables, modes),
    ...(collection !== null && { collectionId: collection.id }),
  };
}

const modesOf = (modes: VariableCollection["modes"]): ColourCollection["modes"] =>
  modes.map(({ modeId, name }) => ({ id: modeId, name }));

async function coloursOf(
  variables: readonly Variable[],
  modes: VariableCollection["modes"],
): Promise<ColourCollection["colours"]> {
  const colours: ColourCollection["colours"][0][] = [];
  for (const variable of variables) {
    const hexByMode: Record<string, string> = {};
    for (const { modeId } of modes) {
      const colour = await colourOf(variable, modeId);
      if (colour !== undefined) hexByMode[modeId] = hexOf(colour);
    }
    colours.push({ variableId: variable.id, name: variable.name, hexByMode });
  }
  return colours;
}

/** Undefined for one that is partly transparent, or leads nowhere. */
async function colourOf(variable: Variable, modeId: string): Promise<RGB | undefined> {
  let at: Variable | null = variable;
  for (let step = 0; at !== null && step < aliasesMax; step++) {
    const value: VariableValue | undefined = at.valuesByMode[modeId] ?? Object.values(at.valuesByMode)[0];
    if (typeof value !== "object") return undefined;
    if (!("type" in value)) return "r" in value && (!("a" in value) || value.a === 1) ? value : undefined;
    at = value.type === "VARIABLE_ALIAS" ? await figma.variables.getVariableByIdAsync(value.id) : null;
  }
  return undefined;
}
