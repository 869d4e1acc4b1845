/** What work on many images costs an image: the clock's time and the processor's. */
export interface Cost {
  /** Wall clock, milliseconds an image. */
  readonly ms: number;
  /** Processor time of all threads, milliseconds an image. */
  readonly cpuMs: number;
}

/** @param work gives how many images it was */
export async function costOf(work: () => Promise<number>): Promise<Cost> {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const images = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: (performance.now() - started) / images, cpuMs: (user + system) / 1000 / images };
}
