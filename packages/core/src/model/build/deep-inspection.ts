import type { Ingress } from '../../watch/kinds/ingress.ts';

/** A text of an Ingress and where it stands. */
interface Inspected {
  readonly field: string;
  readonly text: string;
}

/** Texts that are no host, path or Secret of an honest Ingress, but directives of nginx or files of its container. */
const SUSPICIOUS: readonly RegExp[] = [
  /alias\s+.*;/im,
  /root\s+.*;/im,
  /\/etc\/(?:passwd|shadow|group|nginx|ingress-controller)/i,
  /\/var\/run\/secrets/i,
  /_by_lua/i,
];

/** The first field that looks like an attack on nginx: such an Ingress is not served (ingress-nginx `--deep-inspect`). */
export function suspiciousField({ spec }: Ingress): string | undefined {
  return [...ruleTexts(spec.rules), ...tlsTexts(spec.tls)].find(({ text }) => SUSPICIOUS.some((pattern) => pattern.test(text)))?.field;
}

function ruleTexts(rules: Ingress['spec']['rules']): Inspected[] {
  return rules.flatMap(({ host, http }, index) => [
    { field: `spec.rules[${index}].host`, text: host },
    ...(http?.paths ?? []).map(({ path }, at) => ({ field: `spec.rules[${index}].http.paths[${at}].path`, text: path })),
  ]);
}

function tlsTexts(tls: Ingress['spec']['tls']): Inspected[] {
  return tls.flatMap(({ hosts, secretName }, index) => [
    { field: `spec.tls[${index}].secretName`, text: secretName },
    ...hosts.map((text, at) => ({ field: `spec.tls[${index}].hosts[${at}]`, text })),
  ]);
}
