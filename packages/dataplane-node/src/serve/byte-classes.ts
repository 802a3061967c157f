/** 1 for bytes of a token: methods and field names (RFC 9110 section 5.6.2). */
export const tokenByte: Uint8Array = table("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

/** 1 for bytes of the field names that nginx passes on (`ignore_invalid_headers`, `underscores_in_headers off`). */
export const plainNameByte: Uint8Array = table('-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');

/** The same with underscores (`underscores_in_headers on`). */
export const underscoreNameByte: Uint8Array = table('_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');

/** 1 for bytes of a field value or reason phrase: everything but control characters; tab is allowed (RFC 9110 section 5.5). */
export const valueByte: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte !== 0x7f) || byte === 0x09 ? 1 : 0,
);

/** 1 for bytes of a request target: no blanks and control characters; bytes above 0x7f pass, as in nginx. */
export const targetByte: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => (byte > 0x20 && byte !== 0x7f ? 1 : 0));

/** 1 for the blanks within a line: space and tab (`OWS`, RFC 9110 section 5.6.3). */
export const blankByte: Uint8Array = table(' \t');

export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const TAB = 0x09;
export const COLON = 0x3a;
export const COMMA = 0x2c;
export const SLASH = 0x2f;

function table(characters: string): Uint8Array {
  const classes = new Uint8Array(256);
  for (const byte of Buffer.from(characters, 'latin1')) classes[byte] = 1;
  return classes;
}
