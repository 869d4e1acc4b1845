/** The canvas in IndexedDB, one for each editor, so that a reload brings it back; what was undone is not kept. */
import type { SimDocument, StoredDocument } from "../host/document.ts";

const store = "canvas";
/** Quiet before the canvas is written. */
const saveMs = 300;
/** Browsers answer in milliseconds. Now and then one never does, and the plugin opens after this. */
const readMs = 15_000;

const ask = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function openStore(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open("tau-playground", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(store);
  return (await ask(opening)).transaction(store, mode).objectStore(store);
}

const read = async (key: string): Promise<StoredDocument | undefined> => ask((await openStore("readonly")).get(key));

/** Brings back what was there, and from then on keeps what changes. @throws where the browser can't, or does not answer */
export async function keepCanvas(sim: SimDocument, key: string): Promise<boolean> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`expected the canvas within ${readMs} ms, got no answer`)), readMs);
  });
  const stored = await Promise.race([read(key), late]);
  if (stored !== undefined) sim.load(stored);
  let timer = 0;
  const save = async (): Promise<void> => {
    await ask((await openStore("readwrite")).put(sim.save(), key));
  };
  sim.onChange(() => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void save(), saveMs);
  });
  return stored !== undefined;
}
