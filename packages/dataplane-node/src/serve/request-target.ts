import { SLASH } from './byte-classes.ts';
import type { RequestHead } from './request-head.ts';

const ABSOLUTE = /^https?:\/\/([^/?#@]+)((?:[/?].*)?)$/is;

/**
 * Fills `routingHost` and `target` of a head. The authority of an absolute-form target wins over the Host header for
 * routing (RFC 9112 section 3.2.2), the upstream gets the origin form. False for a target that is neither: answered 400.
 */
export function locateTarget(bytes: Buffer, head: RequestHead): boolean {
  const { line, fields } = head;
  head.target = bytes.toString('latin1', line.targetStart, line.targetEnd);
  head.routingHost = fields.text(bytes, head.hostLine);
  if (bytes[line.targetStart] === SLASH) return true;
  // CONNECT has an authority as its target and is refused later with its own status.
  if (head.method(bytes) === 'CONNECT') return true;
  const parts = ABSOLUTE.exec(head.target);
  if (parts === null) return false;
  const [, authority = '', rest = ''] = parts;
  head.routingHost = authority;
  head.target = rest.startsWith('/') ? rest : `/${rest}`;
  return true;
}
