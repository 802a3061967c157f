/** A text as bytes of UTF-8, one char (0x00 to 0xff) for each: the form in which requests are read and in which texts for proxies are held. */
export function binaryText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
