/** The data of the complete chunks that a binary string begins with, and whether the last chunk has come. */
export function chunksOf(text: string): { readonly data: Buffer; readonly complete: boolean } {
  const parts: string[] = [];
  for (let at = 0; ;) {
    const lineEnd = text.indexOf('\r\n', at);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(text.slice(at, lineEnd), 16);
    const complete = size === 0;
    if (complete || Number.isNaN(size) || text.length < lineEnd + 2 + size)
      return { data: Buffer.from(parts.join(''), 'latin1'), complete };
    parts.push(text.slice(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
