// Cases of averageUpdate: equal to the bit on every engine, one average or two at once.
import type { OpCase } from '../cases.ts'
import { averageUpdate } from './average.ts'

const odd = { values: [1, -0, 0, Number.NaN, -3, Number.POSITIVE_INFINITY, 1e-40, Number.NEGATIVE_INFINITY, 2, 1e38] }

function averaged(size: number, count: 1 | 2, momentum: number, domain?: typeof odd): OpCase {
  const input = { shape: [size], ...(domain && { domain }) }
  return {
    name: `${count} of ${size}${domain ? ' special values' : ''}, momentum ${momentum}`,
    inputs: Array(2 * count).fill(input),
    gradient: false,
    run(arrays) {
      const running = arrays.slice(0, count)
      averageUpdate(running, arrays.slice(count), momentum)
      averageUpdate(running, arrays.slice(count), momentum)
      return running
    },
  }
}

/** All cases of averageUpdate. */
export const cases: readonly OpCase[] = [
  averaged(0, 1, 0.9),
  averaged(1, 1, 0.9),
  averaged(7, 2, 0.9),
  averaged(70, 2, 0),
  averaged(16_385, 2, 0.99),
  averaged(23, 2, 0.9, odd),
  {
    name: 'an average of another shape',
    inputs: [{ shape: [3] }, { shape: [2] }],
    run([running, value]) {
      averageUpdate([running], [value], 0.9)
      return running
    },
    throws: '[averageUpdate] cannot update float32 (3,) with float32 (2,): they must match',
  },
]
