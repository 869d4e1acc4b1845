/** The cost of work for each of many images: wall clock and CPU time. */
export interface Cost {
  /** Wall clock, milliseconds an image. */
  readonly ms: number;
  /** CPU time of all threads, milliseconds an image. */
  readonly cpuMs: number;
}

export async function costOf(images: number, work: () => Promise<unknown>): Promise<Cost> {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: (performance.now() - started) / images, cpuMs: (user + system) / 1000 / images };
}
