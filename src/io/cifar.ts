// The binary files of CIFAR: records of one label or two, then 32×32 red, green and blue bytes (cs.toronto.edu/~kriz/cifar.html).
import { OpError } from '../core/errors.ts'

/** Pixels from side to side. */
export const cifarSide = 32

const plane = cifarSide ** 2

/** Images with the pixels' channels side by side, and all labels of each record. */
export interface CifarImages {
  /** (count, 32, 32, 3). */
  readonly images: Uint8Array<ArrayBuffer>
  /** `labels` numbers a record. */
  readonly labels: Uint8Array<ArrayBuffer>
  readonly count: number
}

/** Reads files of records with `labels` labels each, one file after the other. */
export function decodeCifar(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  labels: 1 | 2,
): CifarImages {
  const record = labels + 3 * plane
  const counts = files.map(({ name, bytes: { length } }) => {
    if (length > 0 && length % record === 0) return length / record
    throw new OpError('cifar', `${name} has ${length} bytes, expected records of ${record} each`)
  })
  const count = counts.reduce((sum, each) => sum + each, 0)
  const found = { images: new Uint8Array(count * 3 * plane), labels: new Uint8Array(count * labels), count }
  let at = 0
  files.forEach(({ bytes }, file) => {
    for (let i = 0; i < counts[file]; i++, at++) {
      const one = bytes.subarray(i * record, (i + 1) * record)
      found.labels.set(one.subarray(0, labels), at * labels)
      for (let k = 0; k < 3; k++)
        for (let p = 0, from = labels + k * plane, to = at * 3 * plane + k; p < plane; p++, to += 3)
          found.images[to] = one[from + p]
    }
  })
  return found
}
