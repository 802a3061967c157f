/** What follows from a value that is not valid, as a cell of the table. */
const outcomes = {
  reject: 'the Ingress is not served',
  deny: 'the paths answer 503',
  fallback: 'counts as absent',
  'drop-group': 'the group counts as absent',
};

const intro = [
  'Every annotation of ingress-nginx is known to Sluice, under the prefix `nginx.ingress.kubernetes.io/`. What is not supported yet has no',
  'effect and is reported on the Ingress (`SLU1501`), and so is a name that ingress-nginx does not have (`SLU1503`, with the nearest name).',
  '',
  '*Invalid value* says what follows from a value that does not parse; it is what ingress-nginx makes of it, and is always reported.',
  'The columns at the end say how a backend does what is asked: `exact` as ingress-nginx; `equivalent` by other means with the same result;',
  '`approximate` with the difference told in the notes; `refused` not at all. What is approximate or refused is reported on the Ingress.',
].join('\n');

const patterns = [
  '## Regular expressions',
  '',
  'Paths, `server-alias` and `canary-by-header-pattern` are PCRE as nginx uses it: bytes, no UTF mode. They are matched in bounded time whatever',
  'pattern and request are. Refused, with a diagnostic (`SLU1209`): back references, recursion, conditionals, control verbs, `\\K`, `\\G`,',
  '`\\C`, `\\X`, `\\p`, and what the message of the diagnostic names.',
].join('\n');

/**
 * docs/annotations.md from the registry.
 * @param groups `annotationGroups` of the core
 * @param unsupported `unsupportedAnnotations` of the core
 * @param backends fidelity tables by the name of the backend
 */
export function annotationsSections(groups, unsupported, backends) {
  const implemented = groups.flatMap(({ annotations }) => annotations);
  for (const [backend, fidelity] of Object.entries(backends)) {
    const strays = Object.keys(fidelity).filter((key) => !implemented.some((annotation) => annotation.key === key));
    if (strays.length > 0)
      throw new Error(`the fidelity table of ${backend} has annotations that are not implemented: ${strays.join(', ')}`);
  }
  return [
    intro,
    ...groups.toSorted(byName).map((group) => groupSection(group, backends)),
    notes(backends),
    ['## Not supported yet', '', ...table(['annotation', 'risk', 'effect in ingress-nginx'], unsupported.map(unsupportedRow))].join('\n'),
    patterns,
  ];
}

function groupSection({ name, annotations }, backends) {
  const names = Object.keys(backends);
  const rows = annotations.map((annotation) => [
    `\`${annotation.key}\``,
    annotation.values,
    annotation.aliasOf === undefined ? annotation.effect : `Older name of \`${annotation.aliasOf}\`.`,
    annotation.standard,
    annotation.risk,
    outcomes[annotation.onInvalid],
    ...names.map((backend) => backends[backend][annotation.key]?.level ?? 'exact'),
  ]);
  return [`## ${name}`, '', ...table(['annotation', 'value', 'effect', 'without it', 'risk', 'invalid value', ...names], rows)].join('\n');
}

/** A note that several backends share is there once. */
function notes(backends) {
  const told = new Map();
  for (const [backend, fidelity] of Object.entries(backends))
    for (const [key, { level, note }] of Object.entries(fidelity)) {
      const text = `\`${key}\`, ${level}: ${note}.`;
      told.set(text, [...(told.get(text) ?? []), backend]);
    }
  const lines = [...told].map(([text, names]) => `- ${names.join(' and ')}, ${text}`);
  return ['## Notes on fidelity', '', ...lines].join('\n');
}

const unsupportedRow = ({ key, risk, effect }) => [`\`${key}\``, risk, effect];

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function byName(a, b) {
  return a.name < b.name ? -1 : 1;
}
