/** A flow that was trained and measured: what training hands to publication. */
import type { TrainResult } from "./trainer.ts";

export interface FittedFlow extends TrainResult {
  /** Held-out nats per dimension of the weights as they ship, given the conditions that were measured while training. */
  readonly shippedNats: number;
  /** Figures by name, as the manifest records them. */
  readonly metrics: Readonly<Record<string, number>>;
}
