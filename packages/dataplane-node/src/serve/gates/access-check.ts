import { expandVariables, normalizePath, splitTarget } from '@sluice/core';
import type { ExternalAuthPolicy, ForwardVerdict, HeaderEdit, RoutedRequest, VariableSource } from '@sluice/core';
import type { ProxyContext } from '../proxy-context.ts';
import type { AuthorityAnswer } from './authority.ts';
import { credentialsOf } from './passwords.ts';
import { questionOf } from './question.ts';
import type { Question } from './question.ts';
import type { RouteGates } from './route-gates.ts';

/** What the checks of a request came to. */
export interface AccessOutcome {
  /** Undefined: the request may go on. */
  readonly status: number | undefined;
  readonly location?: string | undefined;
  readonly requestEdits: readonly HeaderEdit[];
  readonly responseEdits: readonly HeaderEdit[];
}

/** The statuses with which `add_header` of nginx takes effect. */
const ADDED_WITH = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308];

const passed: AccessOutcome = { status: undefined, requestEdits: [], responseEdits: [] };

const refused = (status: number, responseEdits: readonly HeaderEdit[] = [], location?: string): AccessOutcome => ({
  status,
  location,
  requestEdits: [],
  responseEdits,
});

/** What is asked about one request, put together while its head can be read. */
export interface CheckedRequest {
  readonly verdict: ForwardVerdict;
  readonly request: RoutedRequest;
  readonly requestId: string;
  /** Header lines, names and values in turn. */
  readonly lines: () => readonly string[];
}

/** The checks of one request, in the order of nginx: password, then external service; the address has been looked at. */
export class AccessCheck {
  readonly #gates: RouteGates;
  readonly #context: ProxyContext;
  readonly #authorization: string | undefined;
  readonly #question: Question | undefined;
  readonly #signin: string | undefined;
  readonly #abort = new AbortController();

  constructor(gates: RouteGates, context: ProxyContext, checked: CheckedRequest) {
    this.#gates = gates;
    this.#context = context;
    const { external, basic } = gates;
    if (basic !== undefined) this.#authorization = checked.request.header('authorization');
    if (external === undefined) return;
    const source = sourceOf(checked);
    this.#question = questionOf(external, source, checked.lines());
    this.#signin = external.signin && expandVariables(external.signin, source);
  }

  /** At once where nobody has to be waited for. */
  run(): AccessOutcome | Promise<AccessOutcome> {
    const password = this.#checkPassword();
    return password instanceof Promise ? this.#goOnWith(password) : this.#afterPassword(password);
  }

  /** Nobody is interested any more. */
  abort(): void {
    this.#abort.abort();
  }

  async #goOnWith(password: Promise<PasswordOutcome>): Promise<AccessOutcome> {
    return this.#afterPassword(await password);
  }

  #checkPassword(): PasswordOutcome | Promise<PasswordOutcome> {
    const { basic } = this.#gates;
    if (basic === undefined || basic.realm === 'off') return 'none';
    const credentials = credentialsOf(this.#authorization);
    if (credentials === undefined) return 'wrong';
    const fits = this.#context.gates.passwords.check(basic.users, credentials);
    return typeof fits === 'boolean' ? told(fits) : fits.then(told);
  }

  #afterPassword(password: PasswordOutcome): AccessOutcome | Promise<AccessOutcome> {
    const { any, byAddress, external } = this.#gates;
    if (password === 'unknown') return refused(503);
    if (password === 'right' && any) return passed;
    const wrong = password === 'wrong';
    if (external !== undefined && (any || !wrong)) return this.#ask(external, wrong);
    if (wrong) return this.#unauthorized([this.#challenge()]);
    return any && byAddress ? refused(403) : passed;
  }

  #challenge(): HeaderEdit {
    return { op: 'set', name: 'WWW-Authenticate', value: `Basic realm="${this.#gates.basic?.realm ?? ''}"` };
  }

  /** 401, or the redirect that is to come in its place. */
  #unauthorized(edits: readonly HeaderEdit[]): AccessOutcome {
    return this.#signin === undefined ? refused(401, edits) : refused(302, edits, this.#signin);
  }

  async #ask(policy: ExternalAuthPolicy, challenged: boolean): Promise<AccessOutcome> {
    const { status, headers } = await this.#answer(policy);
    const cookies = headers.filter(([name]) => name === 'set-cookie');
    const added = cookies.map(([, value]): HeaderEdit => {
      const edit = { op: 'add', name: 'Set-Cookie', value } as const;
      return policy.alwaysSetCookie ? edit : { ...edit, statuses: ADDED_WITH };
    });
    if (status >= 200 && status < 300) return { status: undefined, requestEdits: copied(policy, headers), responseEdits: added };
    if (status !== 401 && status !== 403) return refused(500, added);
    if (status === 403 && !challenged) return refused(403, added);
    const challenges = status === 401 ? headers.filter(([name]) => name === 'www-authenticate') : [];
    return this.#unauthorized([
      ...(challenged ? [this.#challenge()] : []),
      ...added,
      ...challenges.map(([, value]): HeaderEdit => ({ op: 'add', name: 'WWW-Authenticate', value })),
    ]);
  }

  async #answer({ cache }: ExternalAuthPolicy): Promise<AuthorityAnswer> {
    const { gates, timeouts } = this.#context;
    const question = this.#question;
    if (question === undefined) return { status: 0, headers: [] };
    const { cacheKey } = question;
    const kept = cacheKey === undefined ? undefined : gates.answers.get(cacheKey);
    if (kept !== undefined) return kept;
    const answer = await gates.authorities.ask(question, timeouts, this.#abort.signal);
    if (cacheKey !== undefined && cache !== undefined) gates.answers.put(cacheKey, answer, cache.durations);
    return answer;
  }
}

type PasswordOutcome = 'none' | 'right' | 'wrong' | 'unknown';

function told(fits: boolean | undefined): PasswordOutcome {
  if (fits === undefined) return 'unknown';
  return fits ? 'right' : 'wrong';
}

function sourceOf({ verdict, request, requestId }: CheckedRequest): VariableSource {
  const { host, route, upstream } = verdict;
  return { request, host, route, upstream, path: normalizePath(splitTarget(request.target).path) ?? '/', requestId };
}

/** The headers that go on to the upstream; those that the answer does not have have been removed already. */
function copied({ responseHeaders }: ExternalAuthPolicy, headers: AuthorityAnswer['headers']): HeaderEdit[] {
  return responseHeaders.flatMap((wanted) => {
    const values = headers.filter(([name]) => name === wanted).map(([, value]) => value);
    const value = values.join(', ');
    return value === '' ? [] : [{ op: 'set', name: headerCase(wanted), value } as const];
  });
}

/** `x-auth-user` as `X-Auth-User`, for upstreams that print what they get. */
function headerCase(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
