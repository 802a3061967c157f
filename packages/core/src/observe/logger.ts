/** Values that may accompany a log message. Never a Secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the controller writes what it does: a constant message plus fields, so that lines can be searched and counted. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Drops everything; for tests and one-shot commands. */
export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} };
