const INTRODUCTION = [
  'With the option `configMap` (flag `--configmap`) a ConfigMap says what holds for all Ingresses, under the names that ingress-nginx has. Changes take effect at once.',
  'Nothing in it is dropped in silence: a setting without effect is reported on the ConfigMap (`SLU1601`), as an error when it keeps something out (`SLU1604`); so are',
  'unknown names (`SLU1602`) and values that do not parse (`SLU1603`). Who sets the default asks for nothing, and is told nothing.',
].join('\n');

const ANNOTATIONS = [
  'Each means the annotation of the same name for every Ingress that does not have it, on every backend; [annotations.md](annotations.md) has their values, and how each backend',
  'does them. An annotation of an Ingress goes before it.',
].join('\n');

const SETTINGS = [
  'The columns at the end say how a backend does what is asked: `exact` as ingress-nginx; `equivalent` by other means with the same result; `approximate` with the difference',
  'told in the notes (`SLU1509`); `refused` not at all (`SLU1510`; `SLU1604` where something is to be kept out).',
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
 * @param groups `settingGroups` of the core
 * @param backends fidelity tables by the name of the backend
 */
export function configMapSections(
  { annotationSettings, globalAuthSettings, locationSettings, protectiveSettings, settingsWithoutEffect, idleSettings },
  groups,
  backends,
) {
  return [
    INTRODUCTION,
    '## Honoured, for every request',
    SETTINGS,
    ...groups.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((group) => groupSection(group, backends)),
    notes(groups, backends),
    '## Honoured, as annotations',
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
  ].filter((section) => section !== '');
}

function groupSection({ name, settings }, backends) {
  const head = ['setting', 'value', 'without it', 'effect', ...Object.keys(backends)];
  const rows = settings.map(({ key, values, standard, effect }) => [
    `\`${key}\``,
    values,
    standard === '' ? '' : `\`${standard}\``,
    effect,
    ...Object.values(backends).map((fidelity) => fidelity[key]?.level ?? 'exact'),
  ]);
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  return [`### ${name}`, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A note that several backends share is there once. */
function notes(groups, backends) {
  const told = new Map();
  for (const { key } of groups.flatMap(({ settings }) => settings))
    for (const [backend, fidelity] of Object.entries(backends)) {
      if (fidelity[key] === undefined) continue;
      const text = `\`${key}\`, ${fidelity[key].level}: ${fidelity[key].note}.`;
      told.set(text, [...(told.get(text) ?? []), backend]);
    }
  return told.size === 0 ? '' : [...told].map(([text, names]) => `- ${names.join(' and ')}, ${text}`).join('\n');
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
