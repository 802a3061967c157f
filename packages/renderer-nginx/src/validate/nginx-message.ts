/** What nginx said when it refused a configuration. */
export interface NginxMessage {
  /** Its own words, without paths of ours. */
  readonly text: string;
  /** Line of nginx.conf, from 1, when it named one. */
  readonly line: number | undefined;
  /** Path of a file of the generation that it named, relative to the generation. */
  readonly file: string | undefined;
}

const FATAL = /^(?:\S+ \S+ |nginx: )\[(?:emerg|alert|crit)\] (?:\d+#\d+: )?(?:\*\d+ )?(.*)$/;
const PLACE = / in (?:\S*\/)?nginx\.conf:(\d+)$/;
const OF_GENERATION = /(?:\.\/)*current\/([\w./-]+)/;

/** Reads the output of `nginx -t`; undefined when there is no complaint in it. The last complaint is the one that ended it. */
export function readNginxMessage(output: string): NginxMessage | undefined {
  const words = output
    .split('\n')
    .map((line) => FATAL.exec(line)?.[1])
    .findLast((found) => found !== undefined);
  if (words === undefined) return undefined;
  const line = PLACE.exec(words)?.[1];
  const file = OF_GENERATION.exec(words.replace(PLACE, ''))?.[1];
  return { text: withoutPaths(words), line: line === undefined ? undefined : Number(line), file };
}

/** A sentence for the owner of an object, who knows nothing of the folders of the controller. */
export function withoutPaths(words: string): string {
  return words
    .replace(PLACE, '')
    .replace(/ ?"(?:\.\/)*(?:current|default|run|temp|listen)\/[^"]*"/g, '')
    .replace(/:calling fopen\([^)]*\)/g, '')
    .replace(/(?:\.\/)+(?:current|default|run|temp|listen)\/[\w./-]+/g, 'the file')
    .trim();
}
