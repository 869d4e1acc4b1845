/** `figma.clientStorage` over a text store: structured values, Uint8Array kept, 5 MB in all as Figma allows. */

const bytesMax = 5 * 1024 * 1024;

/** Where the values live: localStorage in the page, a map in tests. */
export interface TextStore {
  read(): string | null;
  write(text: string): void;
}

/** Kept in memory. @public bundled by the tests into a virtual machine */
export function memoryStore(): TextStore {
  let text: string | null = null;
  return { read: () => text, write: (value) => (text = value) };
}

const replacer = (_key: string, value: unknown): unknown =>
  value instanceof Uint8Array ? { $bytes: Array.from(value) } : value;
const reviver = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && "$bytes" in value ? Uint8Array.from(value.$bytes as number[]) : value;

export function createClientStorage(store: TextStore): ClientStorageAPI {
  const load = (): Record<string, unknown> => JSON.parse(store.read() ?? "{}", reviver) as Record<string, unknown>;
  const save = (values: Record<string, unknown>): void => {
    const text = JSON.stringify(values, replacer);
    if (text.length > bytesMax) throw new Error("in setAsync: The client storage of a plugin holds at most 5 MB");
    store.write(text);
  };
  return {
    getAsync: async (key) => load()[key],
    setAsync: async (key, value) => save({ ...load(), [key]: value }),
    deleteAsync: async (key) => {
      const { [key]: _gone, ...rest } = load();
      save(rest);
    },
    keysAsync: async () => Object.keys(load()),
  };
}
