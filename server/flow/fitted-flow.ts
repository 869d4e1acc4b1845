/** A trained and measured flow, as training passes it to publication. */
import type { TrainResult } from "./trainer.ts";

export interface FittedFlow extends TrainResult {
  /** Held-out nats per dimension of the weights as they ship, with the conditions that training measured. */
  readonly shippedNats: number;
  /** Metrics by name, as in the manifest. */
  readonly metrics: Readonly<Record<string, number>>;
}
