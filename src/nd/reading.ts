// Reading values: queued where it is called, answered when the queue has come there.
import { elementsIn, type TypedArray } from '../core/dtype.ts'
import { currentContext } from '../core/engine.ts'
import { OpError, refuseMore } from '../core/errors.ts'
import { refuseInTrace } from '../core/listen.ts'
import { readWithinLimits } from '../core/memory.ts'
import type { NDArray } from '../core/ndarray.ts'
import { throwFailure } from '../core/pace.ts'
import { formatShape, sizeOf } from '../core/shape.ts'

/** The elements in row-major order, as they are at this point of the program. */
export async function readElements(x: NDArray, op: string): Promise<TypedArray> {
  refuseInTrace(op, 'a graph has no values to read')
  const value = x.valueFor(op)
  const { engine } = x.context
  const failure = engine.failureOf(value.storage)
  if (failure) throw failure
  const bytes = await readWithinLimits(engine, op, value)
  return elementsIn(value.dtype, bytes.buffer, bytes.byteOffset, sizeOf(value.shape))
}

/** The only element of an array of size 1. */
export function readScalar(x: NDArray): Promise<number> {
  if (x.size !== 1) throw new OpError('asscalar', `the array must have one element, got shape ${formatShape(x.shape)}`)
  return readElements(x, 'asscalar').then((values) => values[0])
}

/** Resolves when all that was called before has been computed; rejects with a failure that no read has reported. */
export async function waitall(...more: []): Promise<void> {
  refuseMore('waitall', more)
  const { engine } = currentContext()
  await engine.fence()
  throwFailure(engine)
}
