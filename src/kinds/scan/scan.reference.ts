// scan in plain loops: joined in float64, or modulo 2³².

import { integers, numbers } from '../../arith/arith.ts'
import { around } from '../../core/shape.ts'
import type { ReferenceKernel } from '../../kernel/reference.ts'
import { joined, startOf } from '../reduction/join.ts'
import type { ScanAttributes } from './scan.ts'

/** Every element joined to those before it. */
export const scanReference: ReferenceKernel<ScanAttributes> = ([x], { scan, axis, reverse, exclusive }, [y]) => {
  const { outer, count, inner } = around(x.shape, axis)
  const whole = !(x.data instanceof Float32Array || x.data instanceof Float64Array)
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) {
      let held = startOf(scan.join, whole ? 'int' : 'float')
      for (let k = 0; k < count; k++) {
        const at = (o * count + (reverse ? count - 1 - k : k)) * inner + i
        const before = held
        held = joined(whole ? integers : numbers, scan.join, held, x.data[at])
        y.data[at] = exclusive ? before : held
      }
    }
}
