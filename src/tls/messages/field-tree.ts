import type { FieldSink, Span } from '../../bytes/index.ts';
import { fieldLabel } from './field-label.ts';

/** A named part of a message with the bytes that hold it. */
export interface Field {
  /** The RFC's noun. */
  readonly name: string;
  /** Offsets into the bytes that were decoded. */
  readonly span: Span;
  /** What the bytes say, where that is a number or a text. */
  readonly value?: number | bigint | string;
  /** The registered name of a code point. */
  readonly label?: string;
  /** The parts of a composite value, in order and without gaps. */
  readonly children?: readonly Field[];
}

interface Open {
  readonly name: string;
  readonly start: number;
  readonly children: Field[];
}

/** Collects what a decoder reads as a tree. A decoder that fails leaves what it had read, its open parts included. */
export class FieldTree implements FieldSink {
  readonly #root: Field[] = [];
  readonly #open: Open[] = [];

  /** The outermost fields, in order. */
  get fields(): readonly Field[] {
    return this.#open.length === 0 ? this.#root : this.#withOpen();
  }

  field(name: string, start: number, end: number, value?: number | bigint | string): void {
    const parent = this.#open.at(-1);
    const label = typeof value === 'number' ? fieldLabel(name, parent?.name, value) : undefined;
    (parent?.children ?? this.#root).push({
      name,
      span: { start, end },
      ...(value === undefined ? undefined : { value }),
      ...(label === undefined ? undefined : { label }),
    });
  }

  /** The end is taken from the last part in {@link leave}: a group does not know it before it was read. */
  enter(name: string, start: number): void {
    this.#open.push({ name, start, children: [] });
  }

  leave(): void {
    const open = this.#open.pop();
    if (open !== undefined) (this.#open.at(-1)?.children ?? this.#root).push(closed(open, open.children));
  }

  /** The fields as if every open part ended here. */
  #withOpen(): readonly Field[] {
    let inner: Field | undefined;
    for (const open of this.#open.toReversed()) {
      inner = closed(open, inner === undefined ? open.children : [...open.children, inner]);
    }
    return inner === undefined ? this.#root : [...this.#root, inner];
  }
}

/** Fields that say what the composite value they begin is: an extension, a key share. */
const NAMING: ReadonlySet<string> = new Set(['extension_type', 'group']);

function closed(open: Open, children: readonly Field[]): Field {
  const first = children[0];
  const label = first !== undefined && NAMING.has(first.name) ? first.label : undefined;
  return {
    name: open.name,
    span: { start: open.start, end: children.at(-1)?.span.end ?? open.start },
    ...(label === undefined ? undefined : { label }),
    children,
  };
}
