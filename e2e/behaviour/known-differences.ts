import type { BackendName } from '../proxy-programs.ts';

/** A case whose answer differs from ingress-nginx, and why. */
export interface KnownDifference {
  /** Name of the case file and of the case, as they are printed. */
  readonly name: string;
  readonly why: string;
}

const streaming = 'bodies are streamed: nothing is collected before it is sent on';
const laterHttp2 = 'HTTP/2 is not spoken yet';

/** What follows from the model, whatever serves it. */
const everywhere: readonly KnownDifference[] = [
  { name: 'auth-basic > digest', why: 'digest authentication is refused: 503' },
  { name: 'bad-annotations > the paths are denied: GET http://deny-fastcgi-params-configmap.test/', why: 'FastCGI is not supported' },
  { name: 'headers > custom-headers: GET http://customheaders.test/', why: 'there is no list of allowed headers yet: all are' },
  { name: 'hosts > status page from loopback', why: 'the status page belongs to the admin server' },
  {
    name: 'snippets-allowed > headers of the host on a page of the built-in default backend',
    why: 'such a page is another location, which no route has',
  },
  { name: 'limits > bandwidth', why: 'limit-rate is not supported yet' },
  { name: 'default-backend > health check is a string prefix', why: '/healthzfoo is no health check' },
];

/** By backend. A case in this list that starts to pass is a failure of the test: then it must go. */
export const knownDifferences: Readonly<Record<BackendName, readonly KnownDifference[]>> = {
  node: [
    ...everywhere,
    {
      name: 'acceptance > CORS headers, but no others, on the way to the sign-in page',
      why: 'headers for every answer are on that redirect too',
    },
    { name: 'headers > the length of a body in chunks', why: streaming },
    { name: 'hosts > HTTP/0.9', why: 'answered 400: the protocol is obsolete' },
    { name: 'proxy > a head that is larger than the buffer', why: 'there is no buffer of that size: heads up to 64 KiB pass' },
    { name: 'ssl-redirect > HTTP/2', why: laterHttp2 },
    { name: 'ssl-redirect > HTTP/2 to an unknown host', why: laterHttp2 },
  ],
  nginx: [
    ...everywhere,
    { name: 'proxy > a head that is larger than the buffer', why: 'the buffers are never so small: heads up to 64 KiB pass' },
  ],
  haproxy: [...everywhere],
};
