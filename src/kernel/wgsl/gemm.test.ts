// The plans of matrix products on the GPU: bindings, fields, workgroups and parts.
import { expect, it } from 'vitest'
import { type Factor, type Product, planProduct } from './gemm.ts'
import type { GpuTarget } from './plan.ts'
import { commonFields, workgroupRows } from './workgroups.ts'

const targets: readonly GpuTarget[] = [{ tiles: 'large' }, { tiles: 'small' }]

const factor: Factor = { along: 'sum', width: 1, part: 'u32', line: 'return i * p.sum;', step: 'return k;' }

function productOf(rows: number, sum: number, columns: number, bias?: 'row'): Product {
  const c = { row: 'return i * p.columns;', column: 'return j;', bias }
  const operands = { a: { input: 0 }, b: { input: 1 }, c: { output: 0 }, ...(bias && { bias: { input: 2 } }) }
  return { a: factor, b: factor, c, groups: 1, rows, columns, sum, operands }
}

it.each(targets)('gives each binding and each field of the uniform struct, $tiles tiles', (target) => {
  for (const product of [productOf(9, 10, 11), productOf(9, 10, 11, 'row'), productOf(9, 5000, 11, 'row')])
    for (const { shader, bindings, params } of planProduct(product, target).dispatches) {
      const [, fields] = /struct Params \{(.*)\}/.exec(shader) ?? []
      expect(fields.split(',').length).toBe(commonFields + params.length)
      expect([...shader.matchAll(/@binding\((\d+)\)/g)].map(([, n]) => Number(n))).toEqual(
        Array.from({ length: bindings.length + 1 }, (_, n) => n),
      )
    }
})

it.each(targets)('keeps within what every device has, $tiles tiles', (target) => {
  for (const { shader, work } of planProduct(productOf(100, 100, 100), target).dispatches) {
    expect(Number(/@workgroup_size\((\d+)\)/.exec(shader)?.[1])).toBeLessThanOrEqual(256)
    expect(work?.workgroupMemory).toBeLessThanOrEqual(16384)
  }
})

it('cuts long sums of few tiles into parts of at least 512 steps, until there are 256 workgroups', () => {
  const partsOf = (rows: number, sum: number, columns: number) => {
    const { workspace } = planProduct(productOf(rows, sum, columns), targets[0])
    return workspace.length > 0 ? workspace[0] / (4 * rows * columns) : 1
  }
  expect(partsOf(64, 1023, 64)).toBe(1)
  expect(partsOf(64, 1024, 64)).toBe(2)
  expect(partsOf(64, 1e6, 64)).toBe(256)
  expect(partsOf(96, 86528, 121)).toBe(64)
  expect(partsOf(64 * 8, 1e6, 64 * 8)).toBe(4)
  expect(partsOf(64 * 8, 1e6, 64 * 16)).toBe(2)
  expect(partsOf(64 * 16, 1e6, 64 * 16)).toBe(1)
})

it('keeps the parts of all sums within 8 MiB', () => {
  for (let across = 1; across <= 256; across++)
    for (const down of [1, 2, 3, 16]) {
      const [bytes = 0] = planProduct(productOf(64 * down, 1e6, 64 * across), targets[0]).workspace
      expect(bytes).toBeLessThanOrEqual(2 ** 23)
    }
})

it('says why a product has few workgroups', () => {
  const noteOf = (rows: number, sum: number, columns: number) =>
    planProduct(productOf(rows, sum, columns), targets[0]).note
  expect(noteOf(64, 1e6, 64)).toBe('product 64 × 1000000 × 64, large tiles, sums in 256 parts')
  expect(noteOf(10, 3200, 10)).toMatch(/, 6 workgroups, since sums of 3200 make no more parts$/)
})

it.each(targets)('multiplies and adds at once, $tiles tiles', (target) => {
  const [{ shader }] = planProduct(productOf(64, 64, 64), target).dispatches
  const lines = shader.split('\n').filter((line) => /^ *sum\d+_\d+ /.test(line))
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.filter((line) => !/^ *sum(\d+_\d+) = (fma\(vec4f\(A\S+\), B\S+, )+sum\1\)+;/.test(line))).toEqual([])
})

it('does nothing for a result without elements, and writes one for sums without terms', () => {
  expect(planProduct(productOf(0, 3, 4), targets[0]).dispatches).toEqual([])
  expect(planProduct(productOf(3, 0, 4), targets[0]).dispatches.length).toBe(1)
})

it('lays out more workgroups than fit along an axis in rows', () => {
  expect(workgroupRows(65535)).toEqual([65535, 1, 1])
  expect(workgroupRows(65536)).toEqual([65535, 2, 1])
})

it('makes one text for products that differ in size alone', () => {
  const textOf = (product: Product) => planProduct(product, targets[0]).dispatches[0].shader
  expect(textOf(productOf(3, 32, 4))).toBe(textOf(productOf(100, 64, 9)))
  expect(textOf(productOf(3, 32, 4))).not.toBe(textOf(productOf(3, 33, 4)))
})
