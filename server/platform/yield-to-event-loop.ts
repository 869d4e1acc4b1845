/** Lets the event loop deliver messages between two runs of a graph, which block it. */
export const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
