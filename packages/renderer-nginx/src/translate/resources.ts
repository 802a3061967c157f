import { createHash } from 'node:crypto';
import { planKey } from '@sluice/core';
import type { KeyMaterial, Origin } from '@sluice/core';
import type { Directive } from '../render/directive.ts';
import type { GeneratedFile } from '../render/nginx-table.ts';
import type { RequestPlan } from './plan.ts';

/** What hosts need besides their servers; equal things of several hosts are one thing, named by what they are. */
export class Resources {
  /** Directives of the http block by name. */
  readonly shared = new Map<string, readonly Directive[]>();
  readonly files = new Map<string, GeneratedFile>();
  readonly plans = new Map<string, RequestPlan>();

  /** Adds directives of the http block under a name that tells them from all others. */
  share(name: string, directives: readonly Directive[]): void {
    this.shared.set(name, directives);
  }

  /** The path of a file with this content, from the folder in which nginx runs. */
  file(folder: string, content: string | KeyMaterial, readers: GeneratedFile['readers'], from: Origin): string {
    const digest = typeof content === 'string' ? digestOfText(content) : content.fingerprint.slice(0, 32);
    const path = `${folder}/${digest}`;
    if (!this.files.has(path)) this.files.set(path, { path, content, readers, from });
    return `current/${path}`;
  }

  /** The same for key material that is no text: one character for each byte. */
  keyBytes(folder: string, content: KeyMaterial, from: Origin): string {
    const path = `${folder}/${content.fingerprint.slice(0, 32)}`;
    this.files.set(path, { path, content, readers: 'master', from, binary: true });
    return `current/${path}`;
  }

  get isEmpty(): boolean {
    return this.shared.size === 0 && this.files.size === 0 && this.plans.size === 0;
  }

  plan(plan: RequestPlan): string {
    const key = planKey(plan);
    this.plans.set(key, plan);
    return key;
  }

  /** Takes over what another host needs. */
  merge({ shared, files, plans }: Resources): void {
    for (const [name, directives] of shared) if (!this.shared.has(name)) this.shared.set(name, directives);
    for (const [path, file] of files) if (!this.files.has(path)) this.files.set(path, file);
    for (const [key, plan] of plans) this.plans.set(key, plan);
  }
}

/** 32 hexadecimal digits that tell texts apart: so many that nobody can find another text with those of somebody else. */
export function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
