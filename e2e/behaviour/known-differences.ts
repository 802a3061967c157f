import type { BackendName } from '../proxy-programs.ts';

/** A case whose answer differs from ingress-nginx, and why. */
export interface KnownDifference {
  /** Name of the case file and of the case, as they are printed. */
  readonly name: string;
  readonly why: string;
}

const streaming = 'bodies are streamed: nothing is collected before it is sent on';
const withoutLength = 'an answer without a body has no Content-Length (RFC 9110 section 8.6)';
const laterHttp2 = 'HTTP/2 is not spoken yet';

/** What follows from the model, whatever serves it. */
const everywhere: readonly KnownDifference[] = [
  { name: 'auth-basic > digest', why: 'digest authentication is refused: 503' },
  { name: 'bad-annotations > the paths are denied: GET http://deny-fastcgi-params-configmap.test/', why: 'FastCGI is not supported' },
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
  haproxy: [
    ...everywhere,
    { name: 'body-size > too large in chunks', why: 'bodies of an unknown length are not counted' },
    { name: 'cors > preflight', why: withoutLength },
    { name: 'cors > preflight of an origin below a wildcard', why: withoutLength },
    { name: 'headers > the length of a body in chunks', why: streaming },
    { name: 'hosts > HTTP/1.0 without Host, path of a rule without host', why: 'the end of an HTTP/1.0 connection is not announced' },
    { name: 'hosts > HTTP/1.0 with Host', why: 'endpoints are spoken to in the version of the client' },
    { name: 'hosts > HTTP/0.9', why: 'answered as HTTP/1.0: the protocol is obsolete' },
    { name: 'hosts > both ways of framing', why: 'Content-Length is dropped (RFC 9112 section 6.3), and the connection closed afterwards' },
    { name: 'proxy > the time for all attempts', why: 'tries are limited by their number alone' },
    { name: 'proxy > Connection for the backend', why: 'HAProxy writes this header itself' },
    { name: 'proxy > HTTP/1.0 for the backend', why: 'endpoints are spoken to in the version of the client' },
    { name: 'proxy > a head that is larger than the buffer', why: 'the buffers are never so small: heads up to 32 KiB pass' },
    { name: 'proxy > 429 is a reason when asked for', why: 'only HAProxy from 3.0 on knows it' },
  ],
};
