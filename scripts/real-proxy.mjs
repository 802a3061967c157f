import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installCommand, installPackages, installRefusal } from './debian-packages.mjs';
import { haproxyPackages, missingHaproxy } from './real-haproxy.mjs';
import { missingNginx, nginxPackages } from './real-nginx.mjs';
import { missingPebble, pebblePackages } from './real-pebble.mjs';
import { missingPrometheus, prometheusPackages } from './real-prometheus.mjs';

/** The proxies that backends run, and an authority for certificates, and what scrapes them: the packages that bring them, and what this machine lacks to run them. */
const proxies = {
  nginx: { packages: nginxPackages, missing: missingNginx },
  haproxy: { packages: haproxyPackages, missing: missingHaproxy },
  pebble: { packages: pebblePackages, missing: missingPebble },
  prometheus: { packages: prometheusPackages, missing: missingPrometheus },
};

/** The command that brings a proxy. */
export function proxyInstallCommand(name) {
  return installCommand(proxies[name].packages);
}

/**
 * Sees to it that a proxy is there: installs it where that is possible, and says so.
 * @param {'nginx' | 'haproxy' | 'pebble' | 'prometheus'} name
 * @returns {string | undefined} why it is not there
 */
export function ensureProxy(
  name,
  {
    missing = proxies[name].missing,
    refused = installRefusal,
    install = installPackages,
    say = (text) => process.stderr.write(`${text}\n`),
  } = {},
) {
  const lack = missing();
  if (lack === undefined) return undefined;
  const hindrance = refused();
  if (hindrance !== undefined) return `${lack}, and ${hindrance}`;
  const { packages } = proxies[name];
  say(`Installing ${packages.join(' and ')} (apt-get), since ${lack} …`);
  try {
    install(packages);
  } catch (error) {
    return `${lack}, and it could not be installed: ${error.message}`;
  }
  return missing();
}

// For the suites, with the name of a proxy: says as JSON whether they can run, and with what.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const name = process.argv[2] ?? '';
  process.stdout.write(`${JSON.stringify({ missing: proxies[name].missing(), install: proxyInstallCommand(name) })}\n`);
}
