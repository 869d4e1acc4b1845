/** Recognises a lack of memory by the messages of V8, of C++ and of onnxruntime's allocators (bfc_arena.cc). */
const signs =
  /allocation failed|bad_alloc|bad allocation|Failed to allocate memory|Available memory of \d+ is smaller|Cannot allocate memory/i;

export const isOutOfMemory = (error: unknown): boolean => error instanceof Error && signs.test(error.message);
