import { compilePattern } from '../../regex/compile.ts';
import type { HostMatch } from '../match.ts';
import { annotation } from './annotation.ts';
import type { Parsed } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { listOf, text } from './value-parsers.ts';

const appRoot = annotation({
  key: 'app-root',
  risk: 'Medium',
  values: 'an absolute path',
  effect: 'Redirects (302) the path / of the host to this path, before anything else happens to the request.',
  standard: 'no redirect',
  target: 'VirtualHost.appRoot',
  onInvalid: 'fallback',
  parse: (value) => {
    const checked = text.path(value);
    return checked.ok && !value.startsWith('/') ? { ok: false, reason: 'it must start with /' } : checked;
  },
});

const serverAlias = annotation({
  key: 'server-alias',
  risk: 'High',
  values: 'host names between commas; *.name, name.* and ~regex as in nginx server_name',
  effect: 'Serves the host under these names too, unless a rule has the name.',
  standard: 'no other names',
  target: 'VirtualHost.aliases',
  onInvalid: 'reject',
  parse: listOf(readAlias),
});

/** What holds for a host as a whole. */
export const virtualHostGroup: AnnotationGroup = { name: 'virtual-host', annotations: [appRoot, serverAlias], contribute };

function contribute(settings: IngressSettings): Contribution {
  const path = settings.get(appRoot);
  const aliases = settings.get(serverAlias) ?? [];
  return {
    host: {
      ...(path !== undefined && { appRoot: { path, from: settings.from(appRoot) } }),
      ...(aliases.length > 0 && { aliases: { matches: aliases, from: settings.from(serverAlias) } }),
    },
  };
}

/** RFC 1035 section 2.3.4, without the dot at the end. */
const LONGEST_NAME = 253;

/** A name as nginx `server_name` takes it. */
function readAlias(written: string): Parsed<HostMatch> {
  const checked = text.pattern(written);
  if (!checked.ok) return checked;
  if (written.startsWith('~')) {
    const pattern = written.slice(1);
    const compiled = compilePattern(pattern, { ignoreCase: true, anchoredStart: false });
    return compiled.ok ? { ok: true, value: { kind: 'regex', pattern } } : { ok: false, reason: compiled.reason };
  }
  // nginx cannot hold longer ones, and then serves nobody.
  if (written.length > LONGEST_NAME) return { ok: false, reason: `a host name has ${LONGEST_NAME} characters at most` };
  const name = written.toLowerCase();
  if (name.startsWith('*.')) return { ok: true, value: { kind: 'suffix', suffix: name.slice(1) } };
  if (name.endsWith('.*')) return { ok: true, value: { kind: 'prefix', prefix: name.slice(0, -1) } };
  return { ok: true, value: { kind: 'exact', name } };
}
