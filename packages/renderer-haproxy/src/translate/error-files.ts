import { line } from '../render/line.ts';
import type { Line } from '../render/line.ts';
import type { GeneratedFile } from '../render/haproxy-table.ts';

/** What HAProxy answers itself, by what it calls it: status and reason as nginx has them. It says 503 when no endpoint takes a connection. */
const ANSWERS: Readonly<Record<number, readonly [status: number, reason: string]>> = {
  400: [400, 'Bad Request'],
  403: [403, 'Forbidden'],
  408: [408, 'Request Time-out'],
  413: [413, 'Request Entity Too Large'],
  500: [500, 'Internal Server Error'],
  501: [501, 'Not Implemented'],
  502: [502, 'Bad Gateway'],
  503: [502, 'Bad Gateway'],
  504: [504, 'Gateway Time-out'],
};

/** After these nobody knows where the next request begins. */
const LAST: ReadonlySet<number> = new Set([400, 408, 413]);

/** The answers as HAProxy reads them: head and body. */
export const errorFiles: readonly GeneratedFile[] = Object.entries(ANSWERS).map(([name, [status, reason]]) => {
  const title = `${status} ${reason}`;
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>sluice</center>\r\n</body>\r\n</html>\r\n`;
  const head = [
    `HTTP/1.1 ${title}`,
    'Content-Type: text/html',
    `Content-Length: ${page.length}`,
    ...(LAST.has(status) ? ['Connection: close'] : []),
  ];
  return { path: `errors/${name}.http`, content: `${head.join('\r\n')}\r\n\r\n${page}` };
});

export const errorLines: readonly Line[] = Object.keys(ANSWERS).map((name) => line('errorfile', name, `current/errors/${name}.http`));
