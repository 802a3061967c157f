import { createHash } from 'node:crypto';
import { defaultServing } from '@sluice/core';
import { block, directive } from '../render/directive.ts';
import { print } from '../render/print.ts';
import type { Chunk, NginxTable } from '../render/nginx-table.ts';
import { control, mainDirectives } from '../translate/globals.ts';
import { listening } from '../translate/listen.ts';
import type { Deployment } from '../translate/surroundings.ts';

/** What is served before the first model: 503 on every address, so that load balancers look elsewhere. */
export function bootstrapTable(deployment: Deployment): NginxTable {
  const withoutLua: Deployment = {
    ...deployment,
    capabilities: { ...deployment.capabilities, lua: { found: false, because: 'nothing needs it yet' } },
  };
  const served = block(
    'server',
    [],
    [
      ...listening(withoutLua, true),
      ...(deployment.https.length === 0
        ? []
        : [directive('ssl_certificate', 'default/tls.crt'), directive('ssl_certificate_key', 'default/tls.key')]),
      directive('return', 503),
    ],
  );
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => directive(`${name}_temp_path`, `temp/${name}`));
  const text = (digest: string): string =>
    print([
      ...mainDirectives(withoutLua, defaultServing),
      block(
        'http',
        [],
        [directive('access_log', 'off'), directive('server_tokens', 'off'), ...temporary, served, ...control(withoutLua, digest)],
      ),
    ]).text;
  const digest = createHash('sha256').update(text('')).digest('hex');
  const whole = text(digest);
  const chunk: Chunk = {
    label: 'the answer before the first configuration',
    text: whole,
    origins: whole
      .split('\n')
      .slice(1)
      .map(() => undefined),
    digest,
    optional: false,
  };
  return { chunks: [chunk], files: [], digest, live: undefined };
}
