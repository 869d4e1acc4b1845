/** `figma.teamLibrary`: collections of colour variables that other files published, and that this file may use. */

/** A published collection, with its values by mode. */
export interface Published {
  readonly key: string;
  readonly name: string;
  readonly libraryName: string;
  readonly modes: readonly { readonly modeId: string; readonly name: string }[];
  readonly variables: readonly {
    readonly key: string;
    readonly name: string;
    readonly valuesByMode: Readonly<Record<string, VariableValue>>;
  }[];
}

/** Ids of what came from a library have its key in them. */
export const idInFile = (kind: "VariableID" | "VariableCollectionId", key: string): string => `${kind}:${key}/1:0`;

export class SimLibraries {
  published: readonly Published[] = [];

  /** @throws Error as Figma rejects a key that nothing was published with */
  find(key: string): { readonly collection: Published; readonly variable: Published["variables"][0] } {
    for (const collection of this.published)
      for (const variable of collection.variables) if (variable.key === key) return { collection, variable };
    throw new Error(`in importVariableByKeyAsync: Could not find a published variable with the key "${key}"`);
  }

  /** The members that Tau and its tests use. */
  api(): TeamLibraryAPI {
    return {
      getAvailableLibraryVariableCollectionsAsync: async () =>
        this.published.map(({ key, name, libraryName }) => ({ key, name, libraryName })),
      getVariablesInLibraryCollectionAsync: async (wanted: string) => {
        const found = this.published.find(({ key }) => key === wanted);
        if (found === undefined)
          throw new Error(
            `in getVariablesInLibraryCollectionAsync: Could not find a collection with the key "${wanted}"`,
          );
        return found.variables.map(({ key, name }) => ({ key, name, resolvedType: "COLOR" as const }));
      },
    };
  }
}
