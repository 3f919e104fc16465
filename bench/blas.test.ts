// Which products of PyTorch make it a comparison.
import { expect, it } from 'vitest'
import { blasProblem } from './blas.ts'

const products = (small: number, pytorchBlas: string) => ({ small, pytorchBlas, pytorchMatmul2048: 2 * small })

it('takes a fast BLAS, on a busy machine too', () => {
  for (const small of [134, 67, 40]) expect(blasProblem(products(small, '/usr/lib/openblas.so'), 100)).toBeUndefined()
})

it('refuses a generic one in one line that says which package to install', () => {
  expect(blasProblem(products(4.66, '/usr/lib/blas/libblas.so.3.11.0'), 101.2)).toBe(
    'its matrix product, by the BLAS /usr/lib/blas/libblas.so.3.11.0, reaches 4.7 GFLOP/s where one thread of ours ' +
      'reaches 101: install a fast one, on Debian libopenblas0-pthread',
  )
})
