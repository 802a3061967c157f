const intro = [
  '`sluice run` takes every flag of ingress-nginx, so that the arguments of its Deployment can stay: also with `/nginx-ingress-controller` as the',
  'first of them, in place of `run`. Flags are written as Go reads them: `--flag=value`, `--flag value`, `--flag` and `--flag=false` for truth',
  'values, `-v=2`. A flag beats the environment (`SLUICE_*`), which beats the configuration file. `sluice config show` takes the same flags and',
  'tells what each has set. A flag that is neither here nor in `sluice run --help` is an error.',
].join('\n');

/** What follows from each outcome, in the order of the page. */
const outcomes = {
  honoured: {
    title: 'Honoured',
    text: 'They set what the configuration file has under the same path.',
    head: ['sets', 'besides'],
    cells: ({ settings, note }) => [
      Object.keys(settings)
        .map((path) => `\`${path}\``)
        .join(', '),
      note,
    ],
  },
  ignored: {
    title: 'Accepted without effect',
    text: 'The start warns and names the flag and the reason, but for a value with which there is nothing to tell.',
    head: ['why', 'no warning with'],
    cells: ({ because, unless }) => [because, valueOf(unless)],
  },
  refused: {
    title: 'Refused',
    text: 'To go on without them would let in what they keep out, or leave out what they bring. The start ends with status 2 and says the same.',
    head: ['what to do', 'accepted with'],
    cells: ({ instead, unless }) => [instead, valueOf(unless)],
  },
};

/**
 * docs/flags.md from the table of flags.
 * @param flags `ingressNginxFlags` of the controller
 */
export function flagsSections(flags) {
  return [
    intro,
    ...Object.entries(outcomes).map(([kind, { title, text, head, cells }]) => {
      const rows = flags
        .filter(({ outcome }) => outcome.kind === kind)
        .map(({ name, type, standard, outcome }) => [`\`--${name}\``, type, valueOf(standard), ...cells(outcome)]);
      return [`## ${title}`, '', text, '', table(['flag', 'type', 'standard', ...head], rows)].join('\n');
    }),
  ];
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Nothing for what has no value, `''` told as such would be noise. */
function valueOf(value) {
  return value === undefined || value === '' ? '' : `\`${value}\``;
}
