// Cases of multinomial: classes at given numbers, by probabilities whose sums are exact; mistakes.
import type { CaseInput, OpCase } from '../cases.ts'
import { classesAt, multinomial } from './multinomial.ts'

const values = [0.25, 0.5, 0, 0.25, 0, 0, 1, 0, 0.125, 0.125, 0.25, 0.5] as const

const picking = (rows: number, each: number): OpCase => ({
  name: `classes of ${rows} rows at ${each} numbers`,
  inputs: [
    { shape: [rows, 1, 4], domain: { values } },
    { shape: [rows, each, 1], domain: { values: [0, 0.25, 0.1, 0.75, 0.999, 0.5, 0.3] } },
  ],
  run: ([p, numbers]) => classesAt(p, numbers),
})

const wrong = (name: string, input: CaseInput, options: object, throws: string): OpCase => ({
  name,
  inputs: [input],
  run: ([p]) => multinomial(p, options),
  throws,
})

/** All cases. */
export const cases: readonly OpCase[] = [
  picking(1, 1),
  picking(3, 7),
  picking(6, 1000),
  picking(0, 3),
  picking(3, 0),
  wrong(
    'multinomial of integers',
    { shape: [3], dtype: 'int32' },
    {},
    "[multinomial] takes probabilities, float32, got int32: use astype('float32')",
  ),
  wrong(
    'multinomial of no classes',
    { shape: [3, 0] },
    {},
    '[multinomial] takes probabilities of classes along the last axis, got (3, 0)',
  ),
  wrong(
    'multinomial to bytes',
    { shape: [300] },
    { dtype: 'uint8' },
    "[multinomial] uint8 does not hold every number of 300 classes: expected { dtype: 'int32' }",
  ),
]
