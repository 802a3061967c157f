import { behaviourSuite } from '../behaviour/behaviour-suite.ts';
import { readCaseSets } from '../behaviour/case.ts';
import { knownDifferences } from '../behaviour/known-differences.ts';
import type { KnownDifference } from '../behaviour/known-differences.ts';
import { machineProxy } from '../proxy-programs.ts';

/** Without Lua these are answered 503, which a model that knows nothing of backends cannot explain. */
const REFUSED = ['snippets-allowed'];

/** How these end is chance without Lua: who gets which endpoint follows from ports. */
const BY_CHANCE = [
  'affinity > on failure the same endpoint is tried again',
  'affinity > change on failure',
  'canary > the cookie of the canary keeps a client there',
  'canary > the cookie of the main side keeps a client there',
];

const because = (why: string, names: readonly string[]): readonly KnownDifference[] => names.map((name) => ({ name, why }));

const known: readonly KnownDifference[] = [
  ...knownDifferences.nginx.filter(({ name }) => !REFUSED.some((file) => name.startsWith(`${file} > `))),
  ...because('texts cannot be escaped for a query: the URL is appended as it is', [
    'acceptance > CORS headers, but no others, on the way to the sign-in page',
    'acceptance > satisfy any: nothing lets in',
    'acceptance > the sign-in page goes before the error page',
    'auth-external > denied with a sign-in page',
    'auth-external > sign-in page over https',
    'auth-external > sign-in URLs: GET http://extsigninquery.test/x',
    'auth-external > sign-in URLs: GET http://extsigninparam.test/x',
    'auth-external > sign-in URLs: GET http://extsigninvar.test/x',
    'auth-external > values that are ignored: GET http://extbadparam.test/x',
  ]),
  ...because('a cookie cannot name a moment, and nothing is known of browsers', [
    'affinity > all options',
    'affinity > all options over https',
    'affinity > SameSite=None is left out for browsers that mishandle it',
  ]),
  ...because('the cookie is given wherever the upstream has affinity', ['canary > legacy: the canary gives no cookie']),
  ...because('nginx gives 204 no length', ['cors > preflight', 'cors > preflight of an origin below a wildcard']),
  ...because('the Server header cannot be taken away', [
    'headers > what the backend is told',
    'headers > Server of the backend is removed',
    'hosts > unknown host',
    'settings-headers > lines for clients, whoever answers',
  ]),
  ...because('a key belongs to one endpoint', ['load-balance > subsets of two']),
  ...because('an endpoint is tried once', ['proxy > five attempts']),
  ...because('certificates are chosen by the names of a server', ['ssl-redirect > certificate that does not list an alias']),
];

const sets = readCaseSets()
  .filter(({ name }) => !REFUSED.includes(name))
  .map((set) => ({ ...set, cases: set.cases.filter(({ name }) => !BY_CHANCE.includes(`${set.name} > ${name}`)) }));

behaviourSuite({
  title: 'nginx without Lua',
  target: { backend: 'nginx', settings: { nginx: { lua: 'off' } } },
  sets,
  known,
  program: machineProxy('nginx'),
});
