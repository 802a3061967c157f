import { createSecureContext } from 'node:tls';
import type { SecureContextOptions } from 'node:tls';

/**
 * Why OpenSSL would not serve TLS with these options, in its words and without quoting any of them, such as `ee key too small`; undefined
 * when it would. It is the OpenSSL of Node.js, whose limits are those of current distributions: keys below 112 bits of security, such as
 * RSA of 1024 bits, and signatures by SHA-1 are refused (`SSL_CTX_set_security_level`, level 2).
 */
export function opensslRefusal(options: SecureContextOptions): string | undefined {
  try {
    createSecureContext(options);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no reason is given';
    return code
      .replace(/^ERR_(?:SSL|OSSL)_/, '')
      .replaceAll('_', ' ')
      .toLowerCase();
  }
}
