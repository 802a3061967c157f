/** What a word may consist of without being quoted. */
const PLAIN = /^[A-Za-z0-9_.:/@%=+*,~()[\]{}!^|<>?&;-]+$/;

// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const UNPRINTABLE = /[\x00-\x1f\x7f]/;

/**
 * One word of a line of haproxy.cfg, quoted where that is needed (configuration manual 2.2): within single quotes nothing has a meaning
 * but the quote itself. Throws for control characters, which no quoting carries: nobody may pass them.
 */
export function quoteWord(text: string): string {
  if (UNPRINTABLE.test(text)) throw new TypeError('a word of haproxy.cfg has a control character');
  if (PLAIN.test(text)) return text;
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

/** Whether a text can be a word at all. */
export function isWord(text: string): boolean {
  return !UNPRINTABLE.test(text);
}
