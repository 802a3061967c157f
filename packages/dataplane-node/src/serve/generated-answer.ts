import { codingEdits } from './answer-coding.ts';
import type { AnswerCoding } from './answer-coding.ts';
import { codedWhole } from './coded-body.ts';
import type { Exchange } from './exchange.ts';
import { httpDate } from './http-date.ts';
import { strictTransportLine } from './strict-transport-line.ts';

/** The reason phrases that nginx uses; other codes are sent with an empty one. */
const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Moved Temporarily',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Time-out',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  415: 'Unsupported Media Type',
  416: 'Requested Range Not Satisfiable',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  505: 'HTTP Version Not Supported',
  507: 'Insufficient Storage',
};

/** Pages of nginx that call a status otherwise than its line. */
const titles: Readonly<Record<number, string>> = { 302: 'Found', 401: 'Authorization Required' };

/** Answers of our own after which nginx closes the connection. */
export const LAST_ANSWERS: ReadonlySet<number> = new Set([400, 413, 414, 500, 501]);

/**
 * The whole answer as bytes, with the status of the facts. It has the small page that nginx sends, or `text`, a binary string.
 * `keep`: the connection goes on. `location`: value of that header, for redirects.
 */
export function formatAnswer(exchange: Exchange, keep: boolean, location: string | undefined, text: string | undefined): Buffer {
  const { facts, client, settings, responseEdits, coding } = exchange;
  const { status, bodiless } = facts;
  const page = text ?? pageOf(status);
  const locationLine = location === undefined ? '' : `Location: ${encodeControls(location)}\r\n`;
  const fixed = `HTTP/1.1 ${status} ${reasons[status] ?? ''}\r\nDate: ${httpDate()}\r\n`;
  const describing = status === 204 ? '' : `Content-Type: text/html\r\nContent-Length: ${page.length}\r\n`;
  const strictTransport = strictTransportLine(client.secure, settings.strictTransport).text;
  const head = `${fixed}${describing}${locationLine}${connectionLine(keep, facts.minor)}${strictTransport}\r\n`;
  const edited = responseEdits.empty ? head : responseEdits.applyTo(head, status, false);
  if (bodiless || status === 204) return Buffer.from(edited, 'latin1');
  return coding === undefined ? Buffer.from(edited + page, 'latin1') : coded(edited, page, status, coding);
}

function connectionLine(keep: boolean, minor: number): string {
  if (!keep) return 'Connection: close\r\n';
  return minor === 0 ? 'Connection: keep-alive\r\n' : '';
}

function coded(head: string, page: string, status: number, answerCoding: AnswerCoding): Buffer {
  const choice = answerCoding.choose(head, status);
  const body = Buffer.from(page, 'latin1');
  if (choice === undefined) return Buffer.concat([Buffer.from(head, 'latin1'), body]);
  const edited = Buffer.from(codingEdits(choice, head).applyTo(head, status, false), 'latin1');
  return Buffer.concat([edited, choice.coding === undefined ? body : codedWhole(choice.coding, body)]);
}

/** Bytes that could end a header line, and blanks, as percent escapes: a Location is made from what the client sent. */
function encodeControls(value: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  return value.replace(/[\x00-\x20\x7f]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`);
}

function pageOf(status: number): string {
  const reason = titles[status] ?? reasons[status];
  if (reason === undefined || status < 300) return '';
  const title = `${status} ${reason}`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>sluice</center>\r\n</body>\r\n</html>\r\n`;
}
