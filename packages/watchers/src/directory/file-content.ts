import { hash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { reasonOf } from './file-trouble.ts';
import type { TreeFile } from './manifest-tree.ts';

/** Largest manifest file that is read. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** The text of a file with a digest of it, or why there is none. */
export type FileContent =
  | { readonly kind: 'text'; readonly text: string; readonly digest: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads a file as UTF-8. Never rejects. */
export async function readContent({ location, sizeBytes }: TreeFile): Promise<FileContent> {
  if (sizeBytes > MAX_FILE_BYTES) return { kind: 'unreadable', reason: `it has ${sizeBytes} bytes, more than ${MAX_FILE_BYTES}` };
  try {
    const bytes = await readFile(location);
    if (!isUtf8(bytes)) return { kind: 'unreadable', reason: 'it is not UTF-8 text' };
    return { kind: 'text', text: bytes.toString('utf8'), digest: hash('sha256', bytes, 'base64') };
  } catch (error) {
    return { kind: 'unreadable', reason: reasonOf(error) };
  }
}
