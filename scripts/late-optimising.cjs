/** Loaded into the processes of `npm test`: V8 optimises a function after nine times as much of its code as it does by itself. */
require("node:v8").setFlagsFromString("--interrupt-budget=600000");
