/** One entry of nginx's error log. */
export interface ErrorLogLine {
  readonly level: string;
  readonly pid: number;
  /** Number of the connection that it is about. */
  readonly connection: number | undefined;
  /** What happened, without the facts that follow it. */
  readonly text: string;
  /** `client`, `server`, `request`, `upstream`, `host`, `referrer` and so on, as far as they are told. */
  readonly facts: Readonly<Record<string, string>>;
}

const START = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[(\w+)\] (\d+)#\d+: (?:\*(\d+) )?(.*)$/s;

/** The facts that `ngx_http_log_error_handler` puts after the message; values in quotes may hold anything, commas too. */
const FACT = /, (client|server|login|request|subrequest|upstream|host|referrer|sent|bytes from\/to client|bytes from\/to upstream): /;

/** Whether a line begins an entry; others belong to the entry before, such as the traceback of Lua. */
export function beginsEntry(line: string): boolean {
  return /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[/.test(line);
}

/** Reads an entry; undefined for what is none. */
export function parseErrorLogLine(entry: string): ErrorLogLine | undefined {
  const match = START.exec(entry);
  if (match === null) return undefined;
  const [, level = '', pid, connection, rest = ''] = match;
  const [text = '', ...told] = rest.split(FACT);
  const facts: Record<string, string> = {};
  for (let index = 0; index + 1 < told.length; index += 2) facts[told[index] ?? ''] ??= unquoted(told[index + 1] ?? '');
  return { level, pid: Number(pid), connection: connection === undefined ? undefined : Number(connection), text, facts };
}

function unquoted(value: string): string {
  return value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
}
