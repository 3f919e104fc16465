// All families, and the names of nd that belong to none, each with the reason.

import * as oldSpellings from '../../src/nd/oldSpellings.ts'
import { binary, comparisons, inPlace } from './families/binary.ts'
import { copies } from './families/copies.ts'
import { creation } from './families/creation.ts'
import { casts, choices, elementwise, rectifiers } from './families/elementwise.ts'
import { gradients } from './families/gradients.ts'
import { layerGradients, layers } from './families/layers.ts'
import { long } from './families/long.ts'
import { arrangements, orderGradients, orders, places, sequences } from './families/orders.ts'
import { losses, lossGradients, products, softmaxes } from './families/products.ts'
import { reductions } from './families/reductions.ts'
import { joining, selections } from './families/selection.ts'
import { shapeFunctions } from './families/shapes.ts'
import type { Family } from './family.ts'

/** All families. */
export const families: readonly Family[] = [
  ...[elementwise, rectifiers, choices, casts, binary, comparisons, inPlace],
  ...[reductions, shapeFunctions, copies, selections, joining, products, softmaxes, losses, creation],
  ...[orders, places, sequences, arrangements],
  ...[long, gradients, lossGradients, orderGradients],
  ...[layers, layerGradients],
]

const drawn = 'draws at random: test/numbers/generator.test.ts holds its bits'

/** Names of nd, or methods of arrays, that belong to no family. */
export const outside: Readonly<Record<string, string>> = {
  dropout: drawn,
  contrib: 'arangeLike makes arrays of numbers on the host: src/nd/orders.test.ts',
  linalg: 'gemm and gemm2 are a batchDot of reshaped arrays, times a number: src/ops/matmul/matmul.cases.ts',
  l2Normalization: 'a formula of x and a sum of squares: test/layers holds it to PyTorch',
  lrn: 'a formula of x and a sum of squares: test/layers holds it to PyTorch',
  upSampling: 'broadcastTo of a reshaped array: test/layers holds it to PyTorch',
  moments: 'the results of var and mean in one pass: src/ops/reduce/reduce.cases.ts',
  load: 'reads files: src/nd/files.test.ts',
  loadFrombuffer: 'reads bytes: src/nd/files.test.ts',
  save: 'writes files: src/nd/files.test.ts',
  sampleMultinomial: 'draws at random: src/ops/random/multinomial.test.ts',
  formula: 'makes functions: the families try those of nd, which are made so',
  random: drawn,
  randomNormal: drawn,
  randomRandint: drawn,
  randomUniform: drawn,
  shuffle: drawn,
  waitall: 'computes nothing',
  ...Object.fromEntries(Object.keys(oldSpellings).map((name) => [name, 'another name of a function that is tried'])),
}
