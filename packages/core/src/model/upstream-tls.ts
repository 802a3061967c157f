import type { KeyMaterial } from './key-material.ts';

/** How TLS is spoken to endpoints. Equal `id` means equal settings. */
export interface UpstreamTls {
  /** Digest of everything below, keys included. */
  readonly id: string;
  /** What the endpoint is shown when it asks for a certificate. */
  readonly client?: { readonly chain: string; readonly privateKey: KeyMaterial };
  /** PEM of the authorities that endpoints must be certified by. */
  readonly authorities?: string;
  /** Whether an endpoint without a fitting certificate is refused. */
  readonly verify: boolean;
  /** Certificates between that of the endpoint and that of the authority. */
  readonly verifyDepth: number;
  /** The name that the certificate must cover, and that is sent as SNI. */
  readonly name?: string;
  readonly sendServerName: boolean;
  readonly protocols: readonly ('TLSv1.2' | 'TLSv1.3')[];
  /** OpenSSL cipher list. */
  readonly ciphers?: string;
}
