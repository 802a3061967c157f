import { generate } from 'selfsigned';

/** A certificate and its key in PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** A self-signed certificate for one name. */
export async function certificateFor(name: string): Promise<TestCertificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  });
  return { cert: made.cert, key: made.private };
}

let fallback: Promise<TestCertificate> | undefined;

/** The default certificate of all test proxies. */
export function fallbackCertificate(): Promise<TestCertificate> {
  return (fallback ??= certificateFor('fallback.test'));
}
