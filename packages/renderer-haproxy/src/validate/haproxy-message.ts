import { joinedLines } from '../observe/output-line.ts';

/** A complaint of HAProxy about a configuration. */
export interface HaproxyMessage {
  /** Its own words, without paths of ours. */
  readonly text: string;
  /** Line of haproxy.cfg, from 1, when it named one. */
  readonly line: number | undefined;
  /** Path of a file of the generation that it named, relative to the generation. */
  readonly file: string | undefined;
  /** Line of the file that it named, or of the list of certificates, from 1. */
  readonly fileLine: number | undefined;
  /** A backend or frontend that it named. */
  readonly proxy: string | undefined;
}

const ALERT = /^\[ALERT\]\s+\(\d+\) : (?:config : )?(.*)$/;
/** What says only that something was said. */
const COUNTS = /^(?:Error\(s\) found in configuration file|Fatal errors found in configuration|Parsing \[.*\] failed|config : )/;
const PLACE = /(?:parsing )?\[(?:\S*\/)?haproxy\.cfg:(\d+)\]/;
const LINE = /(?:line (\d+) (?:in|of) file '|certificates\.list:(\d+))/;
const OF_GENERATION = /'(?:\.\/)*current\/((?!haproxy\.cfg|generation\.cfg|certificates\.list)[^']+)'/;
const PROXY = /(?:backend|proxy|frontend) '([^']+)'/i;

/** Reads the output of `haproxy -c`: the complaints in it, in their order. */
export function readHaproxyMessages(output: string): readonly HaproxyMessage[] {
  return joinedLines(output.split('\n')).flatMap((line) => {
    const words = ALERT.exec(line)?.[1];
    return words === undefined || COUNTS.test(words) ? [] : [messageIn(words)];
  });
}

function messageIn(words: string): HaproxyMessage {
  const line = PLACE.exec(words)?.[1];
  const inFile = LINE.exec(words);
  const fileLine = inFile?.[1] ?? inFile?.[2];
  return {
    text: withoutPaths(words),
    line: line === undefined ? undefined : Number(line),
    file: OF_GENERATION.exec(words)?.[1],
    fileLine: fileLine === undefined ? undefined : Number(fileLine),
    proxy: PROXY.exec(words)?.[1],
  };
}

/** A sentence for the owner of an object, who knows nothing of the folders of the controller. */
export function withoutPaths(words: string): string {
  return words
    .replace(/^config : /, '')
    .replaceAll(/(?:parsing )?\[(?:\S*\/)?haproxy\.cfg:\d+\] ?: ?/g, '')
    .replaceAll(/'bind [^']*' in section '[^']*' : +/g, '')
    .replaceAll(/(?:error processing )?line \d+ in file '[^']*certificates\.list' ?: ?/g, '')
    .replaceAll(/^'crt-list' : /g, '')
    .replaceAll(/ at line \d+ of file '[^']*'/g, '')
    .replaceAll(/ (?:from file )?'(?:\.\/)*(?:current|default|run)\/[^']*'/g, '')
    .replaceAll(/failed to parse sample expression <[^>]*>\]?>? : /g, '')
    .replaceAll(/(?:\.\/)*(?:current|default|run)\/[\w./-]+/g, 'the file')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '');
}
