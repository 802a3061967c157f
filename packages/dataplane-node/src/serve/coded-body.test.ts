import { once } from 'node:events';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ChosenCoding } from './answer-coding.ts';
import { CodedBody, codedWhole } from './coded-body.ts';
import type { CodedBodyOwner } from './coded-body.ts';
import { chunksOf } from './testing/chunks.ts';

const codings: readonly ChosenCoding[] = [
  { name: 'gzip', level: 1 },
  { name: 'gzip', level: 9 },
  { name: 'br', level: 0 },
  { name: 'br', level: 11 },
];

class Collector implements CodedBodyOwner {
  readonly events = new EventTarget();
  readonly broken: unknown[] = [];
  text = '';
  takes = true;
  finished = false;

  onChunk(framed: Buffer): boolean {
    this.text += framed.toString('latin1');
    this.events.dispatchEvent(new Event('chunk'));
    return this.takes;
  }

  onRoom(): void {
    this.events.dispatchEvent(new Event('room'));
  }

  onFinished(): void {
    this.finished = true;
    this.events.dispatchEvent(new Event('finished'));
  }

  onBroken(error: unknown): void {
    this.broken.push(error);
    this.events.dispatchEvent(new Event('broken'));
  }
}

function plain({ name }: ChosenCoding, text: string): string {
  const { data, complete } = chunksOf(text);
  expect(complete).toBe(true);
  return (name === 'gzip' ? gunzipSync(data) : brotliDecompressSync(data)).toString('latin1');
}

describe.each(codings)('$name at level $level', (coding) => {
  test('packs a whole body', () => {
    expect(plain(coding, codedWhole(coding, Buffer.from('a whole body')).toString('latin1'))).toBe('a whole body');
  });

  test.each([[[]], [['one']], [['one', '', 'two', 'three']]])('packs the pieces %j', async (pieces: string[]) => {
    const owner = new Collector();
    const body = new CodedBody(coding, owner);
    const finished = once(owner.events, 'finished');
    for (const piece of pieces) {
      const bytes = Buffer.from(`<${piece}>`);
      body.write(bytes, 1, bytes.length - 1);
      // The buffer is read into again.
      bytes.fill(0);
    }
    body.end();
    await finished;
    expect(plain(coding, owner.text)).toBe(pieces.join(''));
  });
});

test('says when it is full, and when there is room again', async () => {
  const owner = new Collector();
  const body = new CodedBody({ name: 'gzip', level: 1 }, owner);
  const room = once(owner.events, 'room');
  const bytes = Buffer.alloc(40_000, 'x');
  expect(body.write(bytes, 0, bytes.length)).toBe(true);
  expect(body.write(bytes, 0, bytes.length)).toBe(false);
  expect(body.full).toBe(true);
  await room;
  expect(body.full).toBe(false);
  body.destroy();
});

test('what its owner throws is told to the owner', async () => {
  const owner = new Collector();
  owner.onChunk = () => {
    throw new Error('a mistake');
  };
  const body = new CodedBody({ name: 'gzip', level: 1 }, owner);
  const broken = once(owner.events, 'broken');
  body.write(Buffer.from('x'), 0, 1);
  await broken;
  body.destroy();
  expect(owner.broken.map(String)).toContain('Error: a mistake');
});

test('nothing is told after the end', async () => {
  const owner = new Collector();
  const body = new CodedBody({ name: 'gzip', level: 1 }, owner);
  body.write(Buffer.alloc(50_000, 'x'), 0, 50_000);
  body.end();
  body.destroy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([owner.text, owner.finished, owner.broken]).toEqual(['', false, []]);
});
