import { describe, expect, test } from 'vitest';
import { HeaderEdits } from './header-edits.ts';

const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nx-a:2\r\nX-Ab: 3\r\n\r\n';

function edited(fill: (edits: HeaderEdits) => void, { status = 200, received = true } = {}): string {
  const edits = new HeaderEdits();
  fill(edits);
  return edits.applyTo(head, status, received);
}

describe('header edits', () => {
  test('add one line at the end', () => {
    expect(edited((edits) => edits.add('X-A', 'new'))).toBe(head.replace(/\r\n$/, 'X-A: new\r\n\r\n'));
  });

  test('set one line in the place of all with the name', () => {
    expect(edited((edits) => edits.set('X-A', 'new'))).toBe('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: new\r\nX-Ab: 3\r\n\r\n');
    expect(edited((edits) => edits.set('X-B', 'new'))).toBe(head.replace(/\r\n$/, 'X-B: new\r\n\r\n'));
  });

  test('remove lines by name and by the beginning of a name, never the framing', () => {
    expect(edited((edits) => edits.remove('x-A'))).toBe('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Ab: 3\r\n\r\n');
    expect(edited((edits) => edits.remove('X-A*'))).toBe('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n');
    expect(edited((edits) => edits.remove('*'))).toBe('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n');
  });

  test('hold for the statuses they are made for', () => {
    const only404 = (edits: HeaderEdits): void => edits.take([{ op: 'remove', name: 'X-A', value: '', statuses: [404] }]);
    expect(edited(only404)).toBe(head);
    expect(edited(only404, { status: 404 })).not.toContain('X-A:');
  });

  test('change the values of an upstream, not those of answers of our own', () => {
    const change = (edits: HeaderEdits): void => edits.change('X-A', (value) => `<${value}>`);
    expect(edited(change)).toContain('X-A: <1>\r\nX-A: <2>\r\nX-Ab: 3');
    expect(edited(change, { received: false })).toBe(head);
  });

  test('cannot be used to begin another line', () => {
    expect(edited((edits) => edits.set('X-B', 'a\r\nEvil: 1\0'))).toContain('\r\nX-B: aEvil: 1\r\n\r\n');
  });

  test('are forgotten', () => {
    const edits = new HeaderEdits();
    edits.add('X-A', 'new');
    edits.change('X-A', (value) => value);
    expect(edits.empty).toBe(false);
    edits.clear();
    expect(edits.empty).toBe(true);
  });
});
