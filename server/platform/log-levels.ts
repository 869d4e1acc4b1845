/** The levels of the log (log.ts), for the configuration, which commands without a log read too. */
export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];
