import { addressRanges } from '../annotations/address-ranges.ts';
import type { Parsed } from '../annotations/annotation.ts';
import { settingList } from './setting.ts';
import type { Setting } from './setting.ts';

/** Who is believed, by a header or by the PROXY protocol. */
export const realIpCidr: Setting<readonly string[]> = {
  key: 'proxy-real-ip-cidr',
  standard: '0.0.0.0/0',
  values: 'IP addresses and CIDR blocks between commas',
  effect:
    'The peers that are believed about the address of a client; from the end of the list the first one that is not among them is the client',
  protects: true,
  parse: settingList((one): Parsed<string> => {
    const parsed = addressRanges(one);
    if (!parsed.ok) return parsed;
    const [range] = parsed.value;
    return range === undefined ? { ok: false, reason: 'it is no address' } : { ok: true, value: range };
  }),
};
