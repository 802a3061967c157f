import { Help, Option } from 'commander';
import type { Command } from 'commander';
import type { Flag } from '../settings/ingress-nginx/flag.ts';
import { ingressNginxFlags } from '../settings/ingress-nginx/flags.ts';
import type { FlagTexts } from '../settings/ingress-nginx/flag-layer.ts';

const GROUP = 'Flags of ingress-nginx:';
const WIDTH = 100;

/** What the arguments of an ingress-nginx Deployment begin with, in the place of a command. */
export const INGRESS_NGINX_PROGRAM = '/nginx-ingress-controller';

/** Lets a command take every flag of ingress-nginx, but for those that it has already; its help names them together. */
export function withIngressNginxFlags(command: Command): Command {
  const own = new Set(command.options.map(({ long }) => long));
  for (const flag of ingressNginxFlags) if (!own.has(`--${flag.name}`)) command.addOption(optionOf(flag));
  return command.configureHelp({ groupItems: ownGroups, longestOptionTermLength }).addHelpText('after', helpText);
}

/** The flags of ingress-nginx among the options of a command. */
export function flagTexts(command: Command): FlagTexts {
  return new Map(
    command.options
      .filter(({ helpGroupHeading }) => helpGroupHeading === GROUP)
      .flatMap((option): [string, string][] => {
        const value: unknown = command.getOptionValue(option.attributeName());
        return typeof value === 'string' ? [[option.name(), value]] : value === true ? [[option.name(), 'true']] : [];
      }),
  );
}

/** As Go reads them: a flag with a truth value may stand alone, and `-v` takes `-v=2` as well. */
function optionOf({ name, type }: Flag): Option {
  if (name === 'v') return new Option('-v, --v <level>').argParser((text: string) => text.replace(/^=/, '')).helpGroup(GROUP);
  return new Option(type === 'bool' ? `--${name} [value]` : `--${name} <value>`).helpGroup(GROUP);
}

const plain = new Help();

/** They are named below the help, and not one a line: there are more of them than of all others. */
const ownGroups: Help['groupItems'] = (...items) => {
  const groups = plain.groupItems(...items);
  groups.delete(GROUP);
  return groups;
};

const longestOptionTermLength: Help['longestOptionTermLength'] = (command, helper) =>
  Math.max(
    ...helper
      .visibleOptions(command)
      .filter(({ helpGroupHeading }) => helpGroupHeading !== GROUP)
      .map((option) => helper.displayWidth(helper.optionTerm(option))),
  );

const topics: readonly (readonly [Flag['outcome']['kind'], string])[] = [
  ['honoured', 'mean what they mean there'],
  ['ignored', 'are accepted and have no effect, which is told at the start'],
  ['refused', 'are refused, with what to do instead'],
];

function helpText(): string {
  const parts = topics.map(([kind, meaning]) => {
    const names = ingressNginxFlags.filter(({ outcome }) => outcome.kind === kind).map(({ name }) => `--${name}`);
    return `  These ${meaning}:\n${wrapped(names)}`;
  });
  return `\n${GROUP}\n${parts.join('\n')}\n  docs/flags.md tells of each what it sets or why it does nothing.`;
}

function wrapped(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`    ${word}`);
  }
  return lines.join('\n');
}
