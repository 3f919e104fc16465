// Tuples: samples of several elements. A plain list is one feature.

const mark: unique symbol = Symbol.for('glueball.tuple')

/** A sample of several elements, as an image and its class: a list that carries a mark. */
export type Tuple<T extends readonly unknown[]> = T & { readonly [mark]: true }

/** A sample of several elements: batches hold one array for each of them. */
export function tuple<T extends readonly unknown[]>(...elements: T): Tuple<T> {
  return Object.defineProperty(elements, mark, { value: true }) as Tuple<T>
}

/** The elements of a tuple; null for a sample that is one element: a list of numbers, or a list of lists. */
export type Elements<S> =
  S extends Tuple<infer T extends readonly unknown[]>
    ? T
    : S extends readonly unknown[]
      ? S[number] extends number
        ? null
        : S[number] extends readonly unknown[]
          ? null
          : { -readonly [K in keyof S]: S[K] }
      : null

/** Whether `tuple` made it. */
export function isMarked(value: unknown): boolean {
  return Array.isArray(value) && Object.hasOwn(value, mark)
}

/** Whether a sample comes apart: what `tuple` made, and any list that is neither of numbers alone nor of lists alone. */
export function isTuple(sample: unknown): sample is readonly unknown[] {
  if (!Array.isArray(sample)) return false
  if (isMarked(sample)) return true
  return !sample.every((item) => typeof item === 'number') && !sample.every(Array.isArray)
}
