import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '@sluice/core';
import { LiveChannel } from '../apply/live-channel.ts';
import { TestEndpoint, table, upstream } from './live-model.ts';
import { hasLua, LiveServer } from './live-server.ts';

const http = `location / { set $sluice_upstream shop/web:80; set $sluice_tries $arg_tries; proxy_pass http://sluice; }`;

describe.skipIf(!hasLua)('endpoints of nginx with names', () => {
  let server: LiveServer;
  let channel: LiveChannel;
  let a: TestEndpoint;
  let addresses: readonly string[];

  beforeAll(async () => {
    a = await TestEndpoint.listen('a');
  });
  beforeEach(async () => {
    addresses = [];
    server = await LiveServer.start({ http });
    const lookUp = async (): Promise<readonly string[]> => addresses;
    channel = new LiveChannel({ socket: server.socket, stateFile: server.stateFile, logger: silentLogger, lookUp });
  });
  afterEach(async () => {
    await channel.close();
    await server[Symbol.asyncDispose]();
  });
  afterAll(() => a[Symbol.asyncDispose]());

  test('without an address are answered 502, as those that cannot be reached', async () => {
    await channel.sync(table([upstream('web', ['external.test:80'])]));
    expect((await server.get('/')).status).toBe(502);
    addresses = ['127.0.0.1'];
    await channel.sync(table([upstream('web', ['external.test:80'])]));
    expect((await server.get('/')).status).toBe(502);
  });

  test('without an address are followed by those that have one', async () => {
    await channel.sync(table([upstream('web', ['external.test:80', a.address])]));
    for (let round = 0; round < 4; round++) expect((await server.get('/')).body).toBe('a');
  });
});
