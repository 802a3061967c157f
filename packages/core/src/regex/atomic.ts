import type { Node, RepeatNode } from './ast.ts';
import { childrenOf, choiceOf, hasGroup, sequenceOf, widthOf } from './ast.ts';

/**
 * A node that matches as `(?>node)` does, written without it; undefined where there is no such form. What can match in one way
 * only is atomic as it is, and a greedy repeat of it is atomic when no further turn may follow: `(?>a*)` is `a*(?!a)`.
 */
export function atomicForm(node: Node): Node | undefined {
  if (isRigid(node)) return node;
  switch (node.kind) {
    case 'group': {
      const body = atomicForm(node.body);
      return body && { ...node, body };
    }
    case 'sequence':
      return atomicSequence(node.items);
    case 'choice':
      return atomicChoice(node.options);
    case 'repeat':
      return atomicRepeat(node);
    case 'set':
    case 'place':
    case 'look':
      return node;
  }
}

/** Whether a node matches in at most one way wherever it is tried. */
function isRigid(node: Node): boolean {
  if (node.kind === 'choice' || (node.kind === 'repeat' && node.min !== node.max)) return false;
  return node.kind === 'look' || childrenOf(node).every(isRigid);
}

function not(body: Node): Node {
  return { kind: 'look', behind: 0, negative: true, body };
}

function atomicSequence(items: readonly Node[]): Node | undefined {
  const before = items.slice(0, -1);
  const form = before.every(isRigid) ? items.slice(-1).map(atomicForm)[0] : undefined;
  return form && sequenceOf([...before, form]);
}

/** Each option, when none before it matches here. */
function atomicChoice(options: readonly Node[]): Node | undefined {
  if (options.length > 16 || options.slice(0, -1).some(hasGroup)) return undefined;
  const forms = options.map(atomicForm);
  const guarded: Node[] = [];
  for (const [index, form] of forms.entries()) {
    if (form === undefined) return undefined;
    guarded.push(sequenceOf([...options.slice(0, index).map(not), form]));
  }
  return choiceOf(guarded);
}

function atomicRepeat(node: RepeatNode): Node | undefined {
  const { body, min, max, greedy } = node;
  if (!isRigid(body) || widthOf(body).min === 0) return undefined;
  if (!greedy) return { ...node, max: min };
  const full: Node = { ...node, min: max };
  const short = sequenceOf([{ ...node, max: max - 1 }, not(withoutGroups(body))]);
  return max === Infinity ? short : choiceOf([full, short]);
}

function withoutGroups(node: Node): Node {
  switch (node.kind) {
    case 'group':
      return withoutGroups(node.body);
    case 'sequence':
      return sequenceOf(node.items.map(withoutGroups));
    case 'choice':
      return choiceOf(node.options.map(withoutGroups));
    case 'repeat':
    case 'look':
      return { ...node, body: withoutGroups(node.body) };
    case 'set':
    case 'place':
      return node;
  }
}
