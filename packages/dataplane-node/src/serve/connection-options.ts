import { blankByte, COMMA } from './byte-classes.ts';
import type { HeadFields } from './head-fields.ts';
import { equalsLowerCase, header, removableByConnection } from './header-table.ts';
import { skipClass, trimBlanks } from './line-scanner.ts';

const CLOSE = Buffer.from('close');
const KEEP_ALIVE = Buffer.from('keep-alive');
const UPGRADE = Buffer.from('upgrade');

/** Names beyond this many in one head are not looked at: comparing each with each line must stay cheap. */
const MAX_NAMED = 32;

/** What the `Connection` header lines of a message say (RFC 9110 section 7.6.1). Reused from head to head. */
export class ConnectionOptions {
  close = false;
  keepAlive = false;
  upgrade = false;
  readonly #dropsNamed: boolean;
  #named = 0;

  /** `dropsNamed`: header lines that a `Connection` value names are dropped. */
  constructor(dropsNamed: boolean) {
    this.#dropsNamed = dropsNamed;
  }

  clear(): void {
    this.#named = 0;
    this.close = false;
    this.keepAlive = false;
    this.upgrade = false;
  }

  /** Reads one `Connection` value; what it names may be dropped from `fields`. */
  read(bytes: Buffer, line: number, fields: HeadFields): void {
    const end = fields.valueEnd[line] ?? 0;
    let at = fields.valueStart[line] ?? 0;
    while (at < end) {
      const start = at;
      while (at < end && bytes[at] !== COMMA) at++;
      this.#option(bytes, skipClass(blankByte, bytes, start, at), trimBlanks(bytes, start, at), fields);
      at++;
    }
  }

  #option(bytes: Buffer, start: number, end: number, fields: HeadFields): void {
    if (end <= start) return;
    if (spells(bytes, start, end, CLOSE)) this.close = true;
    else if (spells(bytes, start, end, KEEP_ALIVE)) this.keepAlive = true;
    else if (spells(bytes, start, end, UPGRADE)) this.upgrade = true;
    else if (this.#dropsNamed && this.#named++ < MAX_NAMED) dropNamed(bytes, start, end, fields);
  }
}

function dropNamed(bytes: Buffer, start: number, end: number, fields: HeadFields): void {
  const name = bytes.toString('latin1', start, end).toLowerCase();
  for (let line = 0; line < fields.count; line++) {
    const nameStart = fields.nameStart[line] ?? 0;
    if (!removableByConnection(fields.id[line] ?? 0) || (fields.nameEnd[line] ?? 0) - nameStart !== name.length) continue;
    if (bytes.toString('latin1', nameStart, fields.nameEnd[line]).toLowerCase() === name) fields.drop(line);
  }
}

function spells(bytes: Buffer, start: number, end: number, word: Buffer): boolean {
  return end - start === word.length && equalsLowerCase(bytes, start, word);
}

/** Whether a line is about this connection only, besides what `Connection` names. */
export function isHopByHop(id: number): boolean {
  return id === header.connection || id === header.keepAlive || id === header.proxyConnection || id === header.te || id === header.upgrade;
}
