const INTRODUCTION = [
  'With the option `configMap` (flag `--configmap`) a ConfigMap says what holds for all Ingresses, under the names that ingress-nginx has. Changes take effect at once.',
  'Nothing in it is dropped in silence: a setting without effect is reported on the ConfigMap (`SLU1601`), as an error when it keeps something out (`SLU1604`); so are',
  'unknown names (`SLU1602`) and values that do not parse (`SLU1603`). Who sets the default asks for nothing, and is told nothing.',
].join('\n');

const ANNOTATIONS = [
  'Each means the annotation of the same name for every Ingress that does not have it, on every backend; [annotations.md](annotations.md) has their values, and how each backend',
  'does them. An annotation of an Ingress goes before it.',
].join('\n');

/**
 * The sections of docs/configmap.md.
 * @param {{
 *   annotationSettings: ReadonlySet<string>,
 *   globalAuthSettings: ReadonlyMap<string, string>,
 *   locationSettings: Readonly<Record<string, string>>,
 *   protectiveSettings: Readonly<Record<string, string>>,
 *   settingsWithoutEffect: Readonly<Record<string, string>>,
 *   idleSettings: ReadonlySet<string>,
 * }} names
 */
export function configMapSections({
  annotationSettings,
  globalAuthSettings,
  locationSettings,
  protectiveSettings,
  settingsWithoutEffect,
  idleSettings,
}) {
  return [
    INTRODUCTION,
    '## Honoured',
    ANNOTATIONS,
    list([...annotationSettings]),
    `${list([...globalAuthSettings.keys()])} mean the annotations without \`global-\`, for Ingresses without an \`auth-url\` of their own and without \`enable-global-auth: "false"\`.`,
    `${list(Object.keys(locationSettings))} list beginnings of paths, as Ingresses write them, that ask for no password and no service, and that are never redirected to HTTPS; without them it is \`/.well-known/acme-challenge\`.`,
    '`annotations-risk-level` goes before the option `annotationsRiskLevel`: an Ingress with an annotation of a higher risk is not served.',
    '## Without effect, though they keep something out',
    table(protectiveSettings),
    '## Without effect',
    table(settingsWithoutEffect),
    '## Without effect in ingress-nginx either',
    list([...idleSettings]),
  ];
}

function list(names) {
  return names.map((name) => `\`${name}\``).join(', ');
}

function table(settings) {
  const shown = (value) => (value === '' ? '' : `\`${value.replaceAll('|', String.raw`\|`)}\``);
  return [
    '| setting | asks for nothing |',
    '| --- | --- |',
    ...Object.entries(settings).map(([name, value]) => `| \`${name}\` | ${shown(value)} |`),
  ].join('\n');
}
