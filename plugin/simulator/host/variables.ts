/**
 * `figma.variables`: local collections with modes, colour variables, aliases, and paints bound to them, which show the value of the
 * mode that their layer resolves to. Other types can be made and are bound by nothing. Not part of undo. What a library published
 * (`team-library.ts`) comes in by its key, and is then of the file, but not local.
 */
import { idInFile, type Published, SimLibraries } from "./team-library.ts";

export interface StoredCollection {
  readonly id: string;
  readonly name: string;
  readonly modes: readonly { readonly modeId: string; readonly name: string }[];
  /** Of a library. */
  readonly remote?: true;
}
export interface StoredVariable {
  readonly id: string;
  readonly name: string;
  readonly collectionId: string;
  readonly resolvedType: VariableResolvedDataType;
  readonly valuesByMode: Readonly<Record<string, VariableValue>>;
}
export interface StoredVariables {
  readonly collections: readonly StoredCollection[];
  readonly variables: readonly StoredVariable[];
  readonly libraries?: readonly Published[];
}

/** Aliases of aliases beyond this are a circle. */
const aliasesMax = 10;
const isAlias = (value: VariableValue | undefined): value is VariableAlias =>
  typeof value === "object" && "type" in value && value.type === "VARIABLE_ALIAS";

const isBound = (paint: Paint): boolean =>
  paint.type === "SOLID"
    ? paint.boundVariables?.color !== undefined
    : "gradientStops" in paint && paint.gradientStops.some(({ boundVariables }) => boundVariables?.color !== undefined);

/** A variable's transparency is a stop's, too; that of a solid paint is its opacity, which nothing binds. */
function resolvedPaint(paint: Paint, colourOf: (alias: VariableAlias | undefined) => RGBA | undefined): Paint {
  if (paint.type === "SOLID") {
    const colour = colourOf(paint.boundVariables?.color);
    return colour === undefined ? paint : { ...paint, color: { r: colour.r, g: colour.g, b: colour.b } };
  }
  if (!("gradientStops" in paint)) return paint;
  const gradientStops = paint.gradientStops.map((stop) => {
    const colour = colourOf(stop.boundVariables?.color);
    return colour === undefined ? stop : { ...stop, color: colour };
  });
  return { ...paint, gradientStops };
}

export class SimVariables {
  #collections = new Map<string, StoredCollection>();
  #variables = new Map<string, StoredVariable>();
  #nextId = 1;
  #onChange: () => void;
  readonly libraries = new SimLibraries();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  save(): StoredVariables {
    return {
      collections: [...this.#collections.values()],
      variables: [...this.#variables.values()],
      libraries: this.libraries.published,
    };
  }

  load({ collections, variables, libraries = [] }: StoredVariables): void {
    this.libraries.published = libraries;
    this.#collections = new Map(collections.map((collection) => [collection.id, collection]));
    this.#variables = new Map(variables.map((variable) => [variable.id, variable]));
    this.#nextId =
      1 + collections.length + variables.length + collections.reduce((sum, { modes }) => sum + modes.length, 0);
  }

  /** Colour of a variable where a layer resolves to these modes; undefined for one that is gone, or no colour. */
  colourOf(id: string, modes: Readonly<Record<string, string>>): RGBA | undefined {
    let at: string | undefined = id;
    for (let step = 0; at !== undefined && step < aliasesMax; step++) {
      const variable = this.#variables.get(at);
      const collection = variable && this.#collections.get(variable.collectionId);
      if (variable === undefined || collection === undefined) return undefined;
      const value: VariableValue | undefined =
        variable.valuesByMode[modes[collection.id] ?? collection.modes[0]!.modeId];
      if (!isAlias(value)) return typeof value === "object" && "r" in value ? { a: 1, ...value } : undefined;
      at = value.id;
    }
    return undefined;
  }

  /** Paints as they look: the colour of a bound one, or of a bound stop of a gradient, is the variable's. */
  resolved(paints: readonly Paint[], modes: () => Readonly<Record<string, string>>): readonly Paint[] {
    const colourOf = (alias: VariableAlias | undefined): RGBA | undefined => alias && this.colourOf(alias.id, modes());
    return paints.some(isBound) ? paints.map((paint) => resolvedPaint(paint, colourOf)) : paints;
  }

  createCollection(name: string): string {
    const id = `VariableCollectionId:${this.#nextId++}`;
    this.#collections.set(id, { id, name, modes: [{ modeId: `${this.#nextId++}:0`, name: "Mode 1" }] });
    this.#onChange();
    return id;
  }

  addMode(collectionId: string, name: string): string {
    const collection = this.#collections.get(collectionId)!;
    const modeId = `${this.#nextId++}:0`;
    this.#collections.set(collectionId, { ...collection, modes: [...collection.modes, { modeId, name }] });
    return modeId;
  }

  createVariable(name: string, collectionId: string, resolvedType: VariableResolvedDataType): string {
    const id = `VariableID:${this.#nextId++}`;
    this.#variables.set(id, { id, name, collectionId, resolvedType, valuesByMode: {} });
    return id;
  }

  setValue(id: string, modeId: string, value: VariableValue): void {
    const variable = this.#variables.get(id)!;
    this.#variables.set(id, { ...variable, valuesByMode: { ...variable.valuesByMode, [modeId]: value } });
    this.#onChange();
  }

  renameMode(collectionId: string, modeId: string, name: string): void {
    const collection = this.#collections.get(collectionId)!;
    const modes = collection.modes.map((mode) => (mode.modeId === modeId ? { modeId, name } : mode));
    this.#collections.set(collectionId, { ...collection, modes });
  }

  /** A library that the file uses from now on. */
  publish(collection: Published): void {
    const others = this.libraries.published.filter(({ key }) => key !== collection.key);
    this.libraries.published = [...others, collection];
    this.#onChange();
  }

  /** A published variable with its collection, as the file knows them from now on. @throws Error for an unknown key */
  #import(key: string): string {
    const { collection, variable } = this.libraries.find(key);
    const collectionId = idInFile("VariableCollectionId", collection.key);
    const id = idInFile("VariableID", key);
    const { name, modes } = collection;
    this.#collections.set(collectionId, { id: collectionId, name, modes, remote: true });
    const { valuesByMode } = variable;
    this.#variables.set(id, { id, name: variable.name, collectionId, resolvedType: "COLOR", valuesByMode });
    return id;
  }

  /** The members that Tau and its tests use. */
  api(): VariablesAPI {
    const variableOf = (id: string): Variable => {
      const read = (): StoredVariable => this.#variables.get(id)!;
      return {
        id,
        get name() {
          return read().name;
        },
        get variableCollectionId() {
          return read().collectionId;
        },
        get resolvedType() {
          return read().resolvedType;
        },
        get valuesByMode() {
          return { ...read().valuesByMode };
        },
        get remote() {
          return !isLocal(read().collectionId);
        },
        setValueForMode: (modeId: string, value: VariableValue) => this.setValue(id, modeId, value),
      } as unknown as Variable;
    };
    const collectionOf = (id: string): VariableCollection => {
      const read = (): StoredCollection => this.#collections.get(id)!;
      return {
        id,
        get name() {
          return read().name;
        },
        get modes() {
          return read().modes.map((mode) => ({ ...mode }));
        },
        get defaultModeId() {
          return read().modes[0]!.modeId;
        },
        get variableIds() {
          return [...variables.values()]
            .filter(({ collectionId }) => collectionId === id)
            .map((variable) => variable.id);
        },
        get remote() {
          return !isLocal(id);
        },
        addMode: (name: string) => this.addMode(id, name),
        renameMode: (modeId: string, name: string) => this.renameMode(id, modeId, name),
      } as unknown as VariableCollection;
    };
    const variables = this.#variables;
    const collections = this.#collections;
    const isLocal = (collectionId: string): boolean => collections.get(collectionId)?.remote === undefined;
    return {
      getLocalVariablesAsync: async (type?: VariableResolvedDataType) =>
        [...this.#variables.values()]
          .filter(({ collectionId }) => isLocal(collectionId))
          .filter(({ resolvedType }) => type === undefined || resolvedType === type)
          .map(({ id }) => variableOf(id)),
      getLocalVariableCollectionsAsync: async () =>
        [...this.#collections.keys()].filter((id) => isLocal(id)).map(collectionOf),
      importVariableByKeyAsync: async (key: string) => variableOf(this.#import(key)),
      getVariableByIdAsync: async (id: string) => (variables.has(id) ? variableOf(id) : null),
      getVariableCollectionByIdAsync: async (id: string) => (collections.has(id) ? collectionOf(id) : null),
      createVariableCollection: (name: string) => collectionOf(this.createCollection(name)),
      createVariable: (name: string, collection: VariableCollection, type: VariableResolvedDataType) =>
        variableOf(this.createVariable(name, collection.id, type)),
      setBoundVariableForPaint: (paint: SolidPaint, field: string, variable: Variable | null): SolidPaint => {
        if (paint.type !== "SOLID" || field !== "color")
          throw new Error("in setBoundVariableForPaint: Expected a solid paint and color");
        if (variable !== null && variable.resolvedType !== "COLOR")
          throw new Error("in setBoundVariableForPaint: Expected a COLOR variable");
        const { boundVariables, ...plain } = paint;
        return variable === null
          ? plain
          : { ...plain, boundVariables: { color: { type: "VARIABLE_ALIAS", id: variable.id } } };
      },
    } as unknown as VariablesAPI;
  }
}
