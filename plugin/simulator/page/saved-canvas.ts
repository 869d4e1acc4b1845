/** The canvas in IndexedDB, one for each editor, so that a reload brings it back; what was undone is not kept. */
import type { SimDocument, StoredDocument } from "../host/document.ts";

const store = "canvas";
/** Quiet before the canvas is written. */
const saveMs = 300;

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

/** Brings back what was there, and from then on keeps what changes. */
export async function keepCanvas(sim: SimDocument, key: string): Promise<boolean> {
  const stored = (await ask((await openStore("readonly")).get(key))) as StoredDocument | undefined;
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
