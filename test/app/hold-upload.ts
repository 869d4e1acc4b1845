/** Holds an upload of a shared store until it is killed: for tests of what a killed process leaves. */
import { keyPrefix } from "../../server/app/many/open-shared.ts";
import { SharedHolds } from "../../server/app/many/shared-holds.ts";
import { connect } from "../../server/jobs/bull/connection.ts";

const [url = "", holdMs, ...digests] = process.argv.slice(2);
const { asking } = await connect(url, console.error);
await new SharedHolds(asking, keyPrefix, Number(holdMs)).during("reading", async (enter) => {
  console.log(await enter(digests));
  await new Promise(() => undefined);
});
