import type { Parsed } from './annotation.ts';

const valid = <Value>(value: Value): Parsed<Value> => ({ ok: true, value });
const invalid = (reason: string): Parsed<never> => ({ ok: false, reason });

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** Go `strconv.ParseBool`. */
export function bool(text: string): Parsed<boolean> {
  if (TRUE.has(text)) return valid(true);
  return FALSE.has(text) ? valid(false) : invalid('it must be "true" or "false"');
}

/** Go `strconv.Atoi`: a signed decimal integer. */
export function integer(text: string): Parsed<number> {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? valid(value) : invalid('it must be a whole number');
}

/** One of the given words. */
export function oneOf<const Word extends string>(words: readonly Word[]): (text: string) => Parsed<Word> {
  return (text) => {
    const found = words.find((word) => word === text);
    return found === undefined ? invalid(`it must be one of ${words.join(', ')}`) : valid(found);
  };
}

/** A text of which every character is allowed; `allowed` says in words what that is. */
export function matching(pattern: RegExp, allowed: string): (text: string) => Parsed<string> {
  return (text) => (pattern.test(text) ? valid(text) : invalid(`only ${allowed} are allowed`));
}

/** Elements between commas, trimmed, empty ones left out; each must match. */
export function listOf<Value>(element: (text: string) => Parsed<Value>): (text: string) => Parsed<readonly Value[]> {
  return (text) => {
    const values: Value[] = [];
    for (const part of text.split(',').map((piece) => piece.trim())) {
      if (part === '') continue;
      const parsed = element(part);
      if (!parsed.ok) return { ok: false, reason: `${JSON.stringify(part.slice(0, 80))}: ${parsed.reason}` };
      values.push(parsed.value);
    }
    return valid(values);
  };
}

const BASIC = /^[A-Za-z0-9\-._~/:]*$/;
const WITH_VARIABLES = /^[A-Za-z0-9\-._~/:$]*$/;
const URL_CHARS = /^[A-Za-z0-9\-._~/:,?&=]*$/;
const URL_WITH_VARIABLES = /^[A-Za-z0-9 \-._~/:,?&=$]*$/;
const REGEX_CHARS = /^[A-Za-z0-9\-._~/:^$[\](){}*+?|&=\\]*$/;
const NGINX_VARIABLE = /^[A-Za-z0-9\-_${}]*$/;
const HEADER_LIST = /^[A-Za-z0-9\-_, ]*$/;

/** The character classes that ingress-nginx checks values with. Spaces are ignored by the check where it says so, and kept. */
export const text = {
  basic: (value: string) =>
    matching(BASIC, 'letters, digits and - . _ ~ / :')(value.replaceAll(' ', '')).ok
      ? valid(value)
      : invalid('only letters, digits and - . _ ~ / : are allowed'),
  path: matching(WITH_VARIABLES, 'letters, digits and - . _ ~ / : $'),
  url: matching(URL_CHARS, 'letters, digits and - . _ ~ / : , ? & ='),
  urlWithVariables: matching(URL_WITH_VARIABLES, 'letters, digits, spaces and - . _ ~ / : , ? & = $'),
  pattern: matching(REGEX_CHARS, 'letters, digits and - . _ ~ / : ^ $ [ ] ( ) { } * + ? | & = \\'),
  variables: matching(NGINX_VARIABLE, 'letters, digits and - _ $ { }'),
  headerNames: matching(HEADER_LIST, 'letters, digits, - _ comma and space'),
};
