import { describe, expect, test } from 'vitest';
import { passwordFits } from './password-hash.ts';

// Made with `openssl passwd` and `htpasswd`.
const hashes = [
  ['$apr1$', '$apr1$saltsalt$LrttParrLPdxvgutaSXWJ0'],
  ['$1$', '$1$saltsalt$9xy1btjgzLYfb7hivXtC//'],
  ['$5$', '$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA'],
  ['$6$', '$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1'],
  ['$2y$', '$2y$04$LAAGzRR8kRZ6JrJXvuFBpeqbkUSIfP..7A7lJwkn7/7XkWtGixqxS'],
  ['{SSHA}', '{SSHA}+RFhsab2AfzZ0VfEdyknXtUT06RhYmNk'],
  ['{SHA}', '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ='],
  ['{PLAIN}', '{PLAIN}secret'],
] as const;

describe('passwordFits', () => {
  test.each(hashes)('%s', (_, hash) => {
    expect(passwordFits(Buffer.from('secret'), hash)).toBe(true);
    expect(passwordFits(Buffer.from('Secret'), hash)).toBe(false);
    expect(passwordFits(Buffer.from(''), hash)).toBe(false);
  });

  test.each(['secret', '', '$', '$apr1$', '$2y$', '$2y$05$short', '$6$rounds=x$a$b', '$9$a$b', '{SSHA}', '{MD5}x'])(
    '%j fits nothing',
    (hash) => expect(passwordFits(Buffer.from('secret'), hash)).toBe(false),
  );

  test('long passwords', () => expect(passwordFits(Buffer.from('x'.repeat(40)), '$apr1$12345678$lmvIejSHXo9SZNHoskkNr0')).toBe(true));
});
