import { ingress, service, endpointSlice, tlsSecret } from '../manifest.ts';
import type { KeyPair } from '../certificates.ts';
import type { PathSpec } from '../manifest.ts';

const PREFIX = 'nginx.ingress.kubernetes.io/';
/** How many steps something that comes stays. */
const STAYS = 5;

/** What changes with each step beside the endpoints of `web`: nothing of it is asked for by the load, but for the host of the certificate. */
export interface Churn {
  readonly objects: readonly object[];
  /** A host that came with the step, and the Service that is new with it, if any. */
  readonly host: string;
  readonly service: string;
}

/** The objects of a step: hosts of old and of new Services that come and go, paths and patterns that do on a host that stays, certificates. */
export function churn(step: number, port: number, pairs: readonly KeyPair[]): Churn {
  const last = Array.from({ length: STAYS }, (_, back) => step - back).filter((number) => number >= 0);
  const [name, host] = nameOf(step);
  return {
    objects: [...last.flatMap((number) => arrived(number, port)), ...shop(step), secret(step, pairs)],
    host,
    service: name,
  };
}

function nameOf(step: number): readonly [service: string, host: string] {
  return [step % 2 === 0 ? 'web' : `service-${step}`, `host-${step}.test`];
}

/** A host of `web`, or one of a Service of its own. */
function arrived(step: number, port: number): readonly object[] {
  const [name, host] = nameOf(step);
  const own = name === 'web' ? [] : [service(name), endpointSlice(name, { port })];
  return [...own, ingress({ name: `host-${step}`, rules: [{ host, paths: [{ service: name }] }] })];
}

/** The host of the load: `/` stays, others come and go. */
function shop(step: number): readonly object[] {
  const paths: readonly PathSpec[] = [
    { service: 'web' },
    { path: `/exact-${step}`, pathType: 'Exact', service: 'web' },
    { path: `/prefix-${step % 3}`, service: 'other' },
  ];
  const pattern: PathSpec = { path: `/(pattern|regex)-${step}/.*`, pathType: 'ImplementationSpecific', service: 'other' };
  const rules = step % 4 < 2 ? [{ host: 'patterns.test', paths: [{ service: 'web' }, pattern] }] : [];
  return [
    ingress({
      name: 'shop',
      annotations: { [`${PREFIX}ssl-redirect`]: 'false' },
      rules: [{ host: 'shop.test', paths }],
      tls: [{ hosts: ['shop.test'], secretName: 'shop' }],
    }),
    ...(rules.length > 0 ? [ingress({ name: 'patterns', annotations: { [`${PREFIX}use-regex`]: 'true' }, rules })] : []),
  ];
}

function secret(step: number, pairs: readonly KeyPair[]): object {
  const pair = pairs[step % pairs.length];
  if (pair === undefined) throw new RangeError('there are no certificates');
  return tlsSecret('shop', pair);
}
