import { diagnose } from '../../observe/diagnostic.ts';
import type { Secret } from '../../watch/kinds/secret.ts';
import { KeyMaterial } from '../key-material.ts';
import { annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution, References } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { ownObject } from './reference.ts';
import { text } from './value-parsers.ts';

const authType = annotation({
  key: 'auth-type',
  risk: 'Low',
  values: 'basic; digest is refused',
  effect: 'Asks for a user name and password, which the backend does not see.',
  standard: 'no password',
  target: 'Route.policies: basic-auth',
  onInvalid: 'reject',
  parse: containing('basic', 'digest'),
});

const authSecret = annotation({
  key: 'auth-secret',
  risk: 'Medium',
  values: 'name or namespace/name of a Secret',
  effect: 'Names the Secret with the users; needed with auth-type. While it does not exist the paths answer 503.',
  standard: 'none',
  target: 'Route.policies: basic-auth',
  onInvalid: 'deny',
  parse: (value) => {
    const checked = text.basic(value);
    return checked.ok ? { ok: true, value: value.replaceAll(' ', '') } : checked;
  },
});

const authSecretType = annotation({
  key: 'auth-secret-type',
  risk: 'Low',
  values: 'auth-file or auth-map',
  effect: 'Says where the users are: lines as in an htpasswd file under the key auth, or a user by key with the hash as its value.',
  standard: 'auth-file',
  target: 'Route.policies: basic-auth',
  onInvalid: 'reject',
  parse: containing('auth-file', 'auth-map'),
});

const authRealm = annotation({
  key: 'auth-realm',
  risk: 'Medium',
  values: 'a text; off turns the password off, as in nginx',
  effect: 'Is what clients show when they ask for the password.',
  standard: 'an empty text',
  target: 'Route.policies: basic-auth',
  onInvalid: 'reject',
  parse: text.basic,
});

/** User names and passwords. */
export const basicAuthGroup: AnnotationGroup = {
  name: 'basic-auth',
  needs: 'auth-type',
  annotations: [authType, authSecret, authSecretType, authRealm],
  contribute,
};

/** ingress-nginx only looks whether the value contains one of the words. */
function containing(...words: readonly string[]) {
  return (value: string) =>
    words.some((word) => value.includes(word))
      ? ({ ok: true, value } as const)
      : ({ ok: false, reason: `it must be one of ${words.join(', ')}` } as const);
}

function contribute(settings: IngressSettings, references: References): Contribution {
  const type = settings.get(authType);
  if (type === undefined) return {};
  if (type !== 'basic') return denied(settings, authType, 'digest authentication is not supported: use basic over TLS');
  const users = usersOf(settings, references);
  if ('wrong' in users) return denied(settings, users.at, users.wrong);
  const realm = settings.get(authRealm) ?? '';
  const from = settings.from(authType);
  const policy = { kind: 'basic-auth', realm, users: users.list, secret: users.secret, from } as const;
  if (realm !== 'off') return { policies: [policy] };
  return {
    policies: [policy],
    diagnostics: [diagnose('SLU1504', settings.from(authRealm), 'the value off means that no password is asked for, as in nginx')],
  };
}

function denied(settings: IngressSettings, at: { readonly key: string }, because: string): Contribution {
  const from = settings.from(at);
  return { denied: { because, from }, diagnostics: [diagnose('SLU1506', from, `${because}; its paths answer 503`)] };
}

type Users = { readonly list: KeyMaterial; readonly secret: string } | { readonly wrong: string; readonly at: { readonly key: string } };

function usersOf(settings: IngressSettings, references: References): Users {
  const written = settings.get(authSecret);
  if (written === undefined) return { wrong: 'auth-type needs auth-secret', at: authType };
  const reference = ownObject(written, settings, true);
  if ('wrong' in reference) return { wrong: reference.wrong, at: authSecret };
  const secret = references.secret(reference.id);
  if (secret === undefined) return { wrong: `Secret ${reference.id} does not exist`, at: authSecret };
  const type = settings.get(authSecretType) ?? 'auth-file';
  if (type !== 'auth-file' && type !== 'auth-map') return { wrong: 'it must be auth-file or auth-map', at: authSecretType };
  const list = type === 'auth-map' ? fromMap(secret) : secret.data['auth'];
  return list === undefined ? { wrong: `Secret ${reference.id} has no key auth`, at: authSecret } : { list, secret: reference.id };
}

function fromMap({ data }: Secret): KeyMaterial {
  return new KeyMaterial(
    Object.entries(data)
      .map(([user, hash]) => `${user}:${hash.reveal().trim()}\n`)
      .join(''),
  );
}
