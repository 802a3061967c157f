import type { SnippetStep } from '../policy/snippet.ts';
import type { SnippetLocation } from '../virtual-host.ts';
import { readLocationMatch } from './location-match.ts';
import { readCondition } from './condition.ts';
import { parseSnippet } from './directive.ts';
import type { Directive } from './directive.ts';
import { headerDirectives } from './header-directives.ts';
import { readLimit } from './limit-directive.ts';
import type { RequestZones, SnippetLimit } from './limit-directive.ts';
import { noted, refused, steps } from './reading.ts';
import type { SnippetPlace, StepResult } from './reading.ts';
import { readReturn, readRewrite } from './rewrite-directives.ts';

/** What a snippet means. */
export interface ReadSnippet {
  readonly steps: readonly SnippetStep[];
  readonly locations: readonly SnippetLocation[];
  /** What is left out, a sentence each. */
  readonly refused: readonly string[];
  /** What takes effect in another way. */
  readonly notes: readonly string[];
  /** A restriction of who may ask that is not understood. */
  readonly denied?: string;
  /** How much one client may ask for. */
  readonly limit?: SnippetLimit['limit'];
}

/** A reason may quote what somebody wrote. */
const MAX_REASON = 300;

/** Restrictions: to leave one out would let everybody in. */
const RESTRICTIONS: ReadonlySet<string> = new Set([
  'access_by_lua',
  'access_by_lua_block',
  'access_by_lua_file',
  'allow',
  'auth_basic',
  'auth_basic_user_file',
  'auth_jwt',
  'auth_request',
  'deny',
  'internal',
  'limit_except',
  'secure_link',
  'valid_referers',
]);

/** Directives that have an annotation. */
const ANNOTATIONS: Readonly<Record<string, string>> = {
  client_max_body_size: 'proxy-body-size',
  limit_conn: 'limit-connections',
  limit_req: 'limit-rps',
  proxy_connect_timeout: 'proxy-connect-timeout',
  proxy_cookie_domain: 'proxy-cookie-domain',
  proxy_cookie_path: 'proxy-cookie-path',
  proxy_next_upstream: 'proxy-next-upstream',
  proxy_read_timeout: 'proxy-read-timeout',
  proxy_redirect: 'proxy-redirect-from',
  proxy_send_timeout: 'proxy-send-timeout',
  satisfy: 'satisfy',
  send_timeout: 'proxy-send-timeout',
  ssl_ciphers: 'ssl-ciphers',
};

/** Reads nginx directives into typed steps. What is not understood is told by name, the rest counts. Pure. */
export function readSnippet(text: string, place: 'location' | 'server', zones: RequestZones = new Map()): ReadSnippet {
  const parsed = parseSnippet(text);
  if (!parsed.ok) return unreadable(text, `it cannot be read: ${parsed.reason}`);
  const reader = new SnippetTranslator(zones);
  const locations = parsed.directives.filter(({ name }) => place === 'server' && name === 'location');
  const made = reader.all(
    parsed.directives.filter((directive) => !locations.includes(directive)),
    place,
  );
  const read = locations.flatMap((directive) => reader.location(directive));
  const { denied, limit } = reader;
  return {
    steps: made,
    locations: read,
    refused: reader.refused,
    notes: reader.notes,
    ...(denied !== undefined && { denied }),
    ...(limit && { limit }),
  };
}

/** Nothing of it counts; with the name of a restriction anywhere in it, nobody may ask. */
function unreadable(text: string, reason: string): ReadSnippet {
  const word = text.split(/[^a-z_]+/).find((name) => RESTRICTIONS.has(name));
  const denied = word === undefined ? {} : { denied: `${reason}; it restricts access (${word})` };
  return { steps: [], locations: [], refused: word === undefined ? [reason] : [], notes: [], ...denied };
}

class SnippetTranslator {
  readonly refused: string[] = [];
  readonly notes: string[] = [];
  denied: string | undefined;
  limit: SnippetLimit['limit'] | undefined;
  readonly #zones: RequestZones;

  constructor(zones: RequestZones) {
    this.#zones = zones;
  }

  all(directives: readonly Directive[], place: SnippetPlace): readonly SnippetStep[] {
    return directives.flatMap((directive) => this.#one(directive, place));
  }

  location({ args, block = [] }: Directive): readonly SnippetLocation[] {
    const match = readLocationMatch(args);
    const denies = block.some(({ name, args: [who] }) => name === 'deny' && who === 'all');
    if (typeof match === 'string') {
      const sentence = `location ${args.join(' ').slice(0, 60)}: ${match.slice(0, MAX_REASON)}`;
      if (denies) this.denied ??= sentence;
      else this.refused.push(sentence);
      return [];
    }
    const made = this.all(
      block.filter(({ name }) => name !== 'deny' || !denies),
      'location',
    );
    return [{ match, steps: made, otherwise: denies ? 403 : 404 }];
  }

  #one(directive: Directive, place: SnippetPlace): readonly SnippetStep[] {
    const result = this.#read(directive, place);
    if (result.kind === 'steps') {
      if (result.note !== undefined) this.notes.push(`${directive.name}: ${result.note}`);
      return result.steps;
    }
    const sentence = `${directive.name.slice(0, 60)}: ${result.reason.slice(0, MAX_REASON)}`;
    if (result.kind === 'denied') this.denied ??= sentence;
    else this.refused.push(sentence);
    return [];
  }

  #read(directive: Directive, place: SnippetPlace): StepResult {
    if (directive.name === 'if') return this.#if(directive, place);
    return directive.name === 'limit_req' && place === 'location' ? this.#limit(directive) : translate(directive, place);
  }

  #limit({ args }: Directive): StepResult {
    if (this.limit !== undefined) return refused('only one limit is supported');
    const read = readLimit(args, this.#zones);
    if (typeof read === 'string') return refused(read);
    this.limit = read.limit;
    return read.note === undefined ? steps() : noted(read.note);
  }

  #if({ args, block }: Directive, place: SnippetPlace): StepResult {
    if (block === undefined) return refused('it has no block');
    if (place.startsWith('if')) return refused('it may not stand in another if');
    const condition = readCondition(args);
    if (typeof condition === 'string') return refused(`${condition}; the whole block is left out`);
    return steps({ kind: 'if', condition, steps: this.all(block, place === 'server' ? 'if-server' : 'if-location') });
  }
}

function translate(directive: Directive, place: SnippetPlace): StepResult {
  const { name, block } = directive;
  if (RESTRICTIONS.has(name)) return { kind: 'denied', reason: 'it restricts access and is not supported; write it with annotations' };
  if (block !== undefined) return refused('blocks of this kind are not supported');
  const read = entry(FLOW, name);
  if (read !== undefined) return read(directive, place);
  const header = entry(headerDirectives, name);
  if (header !== undefined) return place === 'if-server' ? refused('it may not stand in an if of the server') : header(directive);
  const annotation = entry(ANNOTATIONS, name);
  return refused(
    annotation === undefined ? 'the directive is not supported' : `the directive is not supported; use the annotation ${annotation}`,
  );
}

/** What a table has under a name that somebody wrote. */
function entry<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Directives that decide what happens to the request. */
const FLOW: Readonly<Record<string, (directive: Directive, place: SnippetPlace) => StepResult>> = {
  return: readReturn,
  rewrite: readRewrite,
  break: () => steps({ kind: 'break' }),
  proxy_http_version: ({ args }) => noted(`upstreams are asked in HTTP/1.1, not ${args.join(' ').slice(0, 20)}`),
};
