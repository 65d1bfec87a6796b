import { describe, expect, it } from 'vitest';
import { canonicalHost, parseHost } from '../../packages/core/dist/host.js';
import { HostTable } from '../../packages/core/dist/host-table.js';

describe('parseHost', () => {
  it.each([
    ['foo.org', 'foo.org', ''],
    ['FOO.org:80', 'foo.org', '80'],
    ['foo.org.', 'foo.org', ''],
    ['foo.org.:443', 'foo.org', '443'],
    ['foo.org:', 'foo.org', ''],
    ['localhost:65535', 'localhost', '65535'],
    ['127.0.0.1:1', '127.0.0.1', '1'],
    ['[::1]:3000', '[::1]', '3000'],
    ['_sip.foo.org', '_sip.foo.org', ''],
    ['[0:0::1]:080', '[::1]', '80'],
  ])('%s → name %s, port %j', (value, name, port) => {
    expect(parseHost(value)).toMatchObject({ name, port });
  });

  it.each([
    '',
    ' ',
    'a b',
    'a@b',
    'h/',
    'h/path?',
    'h#',
    'h\\x',
    'h:65536',
    'h:99999',
    'h:8o',
    'h:80:80',
    'a, b',
    '[::1',
    '::1',
    '[::g]',
    '[:::]',
    '999.1.1.1',
    '127.1',
    '0x7f.1',
    '.org',
    '*.org',
    'h\u0000',
    'caf\u00e9',
  ])('has no reading of %j', (value) => {
    expect(parseHost(value)).toBeUndefined();
  });
});

describe('canonicalHost', () => {
  it.each([
    ['FOO.org:80', 'http', 'foo.org'],
    ['foo.org:443', 'https', 'foo.org'],
    ['foo.org:80', 'https', 'foo.org:80'],
    ['foo.org:443', 'http', 'foo.org:443'],
    ['Foo.org:08080', 'http', 'foo.org:8080'],
    ['foo.org.:80', 'http', 'foo.org.'],
    ['[0:0::1]:80', 'http', '[::1]'],
  ] as const)('%s over %s → %s, as a URL has it', (value, protocol, canonical) => {
    for (let round = 0; round < 2; round += 1) {
      expect(canonicalHost(value, protocol)).toBe(canonical);
      expect(canonicalHost('other.org', protocol)).toBe('other.org');
    }
    expect(new URL(`${protocol}://${value}/`).host).toBe(canonical);
  });
});

describe('HostTable', () => {
  const table = new HostTable<string>();
  table.add('', '', 'any');
  table.add('foo.org', '', 'name');
  table.add('foo.org:8443', '', 'port');
  table.add('*.foo.org', '', 'wildcard');
  table.add('a.foo.org', '', 'label');

  it.each([
    ['foo.org:8443', ['port', 'name', 'any']],
    ['foo.org:80', ['name', 'any']],
    ['a.foo.org', ['label', 'wildcard', 'any']],
    ['b.foo.org', ['wildcard', 'any']],
    ['a.b.foo.org', ['any']],
    ['org', ['any']],
    ['', ['any']],
    ['not a host', ['any']],
  ])('%s finds %j, the most specific first', (host, values) => {
    for (let round = 0; round < 2; round += 1) {
      expect(table.treesOf(host).map((tree) => tree.longest('/x'))).toEqual(values);
    }
  });
});
