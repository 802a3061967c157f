import { SluiceError } from '@sluice/core';
import { MAX_MESSAGE, askSocket } from './command-socket.ts';

/** HAProxy did not do what it was told: what follows a reload instead. */
export class CommandRefused extends Error {}

/** Which generation a worker has loaded is asked with every message: the answer may be of another worker. */
const WHO = 'get var proc.sluice_generation';
/** For an answer to begin and to go on. */
const PATIENCE_MS = 10_000;

/** So much of a command is shown where it is refused: what it is about. */
const SHOWN = 60;

/** What commands say when they have done what they should; most say nothing. */
const SUCCESS =
  /^(?:New server registered\.|Server deleted\.|Success!|New version created: \d+|Transaction \w+ for certificate .*!|Committing .*|New empty certificate store '.*'!|Inserting certificate '.*' in crt-list '.*'\.*|Entry '.*' deleted in crtlist '.*'!|Certificate '.*' deleted!|\.+)$/;

/**
 * The command line of the worker that has loaded a generation (management.txt of HAProxy, chapter 9). Methods throw `SLU3005` when no worker
 * answers or one of another generation does, and `CommandRefused` when one says that something went wrong.
 */
export class WorkerChannel {
  readonly #path: string;
  readonly #id: string;
  readonly #timeoutMs: number;

  constructor(path: string, id: string, timeoutMs = PATIENCE_MS) {
    this.#path = path;
    this.#id = id;
    this.#timeoutMs = timeoutMs;
  }

  /** Runs commands in their order, as many with one message as it takes. */
  async run(commands: readonly string[]): Promise<void> {
    for (const message of inMessages(commands, `${WHO};`, ';')) check(await this.#ask(message));
  }

  /** The answers to commands that only ask, one after another. */
  async query(commands: readonly string[]): Promise<string> {
    const answers: string[] = [];
    for (const message of inMessages(commands, `${WHO};`, ';')) answers.push(await this.#ask(message));
    return answers.join('\n');
  }

  /** Runs a command for lines that follow it, as often as it takes: with as many lines as a message can have. */
  async feed(command: string, lines: Iterable<string>): Promise<void> {
    for (const message of inMessages(lines, `${WHO};${command} <<\n`, '\n', '\n')) check(await this.#ask(message));
  }

  /** Whether `feed` takes a text as one message: false when the lines are too long for it. */
  static fits(command: string, lines: string): boolean {
    return size(`${WHO};${command} <<\n${lines}\n\n`) <= MAX_MESSAGE;
  }

  async #ask(message: string): Promise<string> {
    const answer = await askSocket(this.#path, { message: `${message}\n`, timeoutMs: this.#timeoutMs });
    const end = answer.indexOf('\n');
    const who = /value=<([^>]*)>/.exec(answer.slice(0, end))?.[1];
    if (who !== this.#id) throw new SluiceError('SLU3005', `HAProxy has started another worker than the one that was told to change`);
    return answer.slice(end + 1);
  }
}

/** One word of a command, whatever is in it: `<<` at the end of a line would make HAProxy wait for what follows. */
export function quoted(word: string): string {
  return word.replace(/[\\; \t<]/g, String.raw`\$&`);
}

/** Texts in as few messages as they fit in. Throws when one alone is too long. */
function* inMessages(texts: Iterable<string>, head: string, separator: string, end = ''): Generator<string> {
  const fixed = size(head) + size(end) + 1;
  let [parts, length]: [string[], number] = [[], fixed];
  for (const text of texts) {
    if (fixed + size(text) > MAX_MESSAGE)
      throw new CommandRefused(`a command of ${size(text)} bytes is longer than HAProxy takes: ${text.slice(0, SHOWN)} ...`);
    if (parts.length > 0 && length + size(separator) + size(text) > MAX_MESSAGE) {
      yield head + parts.join(separator) + end;
      [parts, length] = [[], fixed];
    }
    length += size(text) + (parts.length > 0 ? size(separator) : 0);
    parts.push(text);
  }
  if (parts.length > 0) yield head + parts.join(separator) + end;
}

function size(text: string): number {
  return Buffer.byteLength(text, 'latin1');
}

function check(answer: string): void {
  const complaint = answer
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '' && !SUCCESS.test(line));
  if (complaint !== undefined) throw new CommandRefused(`HAProxy refused a command: ${complaint}`);
}
