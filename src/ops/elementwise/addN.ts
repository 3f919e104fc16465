// addN: the sum of several arrays of one shape, in few passes.
import { nameOfKind, OpError } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { type OutOption, outOf, written } from '../out.ts'

const adding: Formula = {
  name: 'addN',
  compute: (m, first, ...others) => others.reduce((sum, x) => m.add(sum, x), first),
}

/** Operands of one pass: a GPU binds eight buffers at least, of which the result takes one. */
const most = 7

/** The sum of arrays of one shape and dtype, added from left to right: `addN(a, b, c)`. */
export function addN(...given: readonly NDArray[] | readonly [...NDArray[], OutOption]): NDArray {
  const last = given.at(-1)
  const options = nameOfKind(last) === 'an object' ? (last as OutOption) : undefined
  const arrays = (options ? given.slice(0, -1) : given) as readonly NDArray[]
  return written('addN', outOf('addN', options), () => summed(arrays))
}

function summed(arrays: readonly NDArray[]): NDArray {
  const [first, ...others] = arrays
  for (const x of arrays) if (!(x instanceof NDArray)) throw new OpError('addN', `takes arrays, got ${nameOfKind(x)}`)
  if (!first) throw new OpError('addN', 'takes one array or more, got none')
  const different = others.find(({ shape }) => !sameShape(shape, first.shape))
  if (different) {
    const got = `${formatShape(first.shape)} and ${formatShape(different.shape)}`
    throw new OpError('addN', `arrays must have one shape, got ${got}: nd.add broadcasts`)
  }
  let sum = apply(adding, arrays.slice(0, most))[0]
  for (let done = most; done < arrays.length; done += most - 1) {
    sum = apply(adding, [sum, ...arrays.slice(done, done + most - 1)])[0]
  }
  return sum
}
