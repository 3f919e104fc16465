// Explanations of a small network: operations, bytes and memory as counted by hand, the table and the picture.
import { type NDArray, nd, nn } from 'glueball'
import { expect, it } from 'vitest'
import { quantity } from './work.ts'

function small(): nn.HybridSequential {
  const net = new nn.HybridSequential({ prefix: 'net_' })
  net.add(new nn.Conv2D(4, 3, { padding: 1, activation: 'relu' }), new nn.MaxPool2D({ poolSize: 2 }), new nn.Dense(5))
  net.initialize()
  return net
}

it('operations, bytes and what is alive, by hand', async () => {
  const { nodes, operations, parameterBytes, peakBytes } = await small().explain(nd.ones([2, 3, 8, 8]))
  const [x, y, pooled, dense] = [2 * 3 * 64, 2 * 4 * 64, 2 * 4 * 16, 2 * 5].map((count) => 4 * count)
  expect(nodes).toEqual([
    { block: '0 (Conv2D)', op: 'conv', output: '(2, 4, 8, 8)', bytes: y, operations: 2 * 512 * 27, live: x + y },
    { block: '1 (MaxPool2D)', op: 'maxPool', output: '(2, 4, 4, 4)', bytes: pooled, operations: 512, live: y + pooled },
    { block: '2 (Dense)', op: 'reshape', output: '(2, 64)', bytes: 0, operations: 0, live: pooled },
    { block: '2 (Dense)', op: 'matmul', output: '(2, 5)', bytes: dense, operations: 2 * 10 * 64, live: pooled + dense },
  ])
  expect(operations).toBe(2 * 512 * 27 + 512 + 2 * 10 * 64)
  expect(parameterBytes).toBe(4 * (4 * 27 + 4 + 5 * 64 + 5))
  expect(peakBytes).toBe(x + y)
})

it('prints as a table with totals', async () => {
  const text = String(await small().explain(nd.ones([2, 3, 8, 8])))
  expect(text.split('\n')).toEqual([
    'block          op       output         bytes    FLOP   alive',
    '0 (Conv2D)     conv     (2, 4, 8, 8)  2.05 k  27.6 k  3.58 k',
    '1 (MaxPool2D)  maxPool  (2, 4, 4, 4)     512     512  2.56 k',
    '2 (Dense)      reshape  (2, 64)            0       0     512',
    '2 (Dense)      matmul   (2, 5)            40  1.28 k     552',
    '4 ops, 29.4 kFLOP, parameters 1.75 kB, at most 3.58 kB of values alive at once',
  ])
})

it('the picture is well-formed, with a row for each op and names as text', async () => {
  class Odd extends nn.HybridBlock {
    static override readonly className = '<Odd & "odd">'
    override forward(x: NDArray): NDArray {
      return x.add(1).multiply(x.exp())
    }
  }
  const svg = (await new Odd().explain(nd.ones([2]))).svg()
  expect(svg.match(/<g>/g)).toHaveLength(3)
  expect(svg).toContain('&lt;Odd &amp; &quot;odd&quot;&gt;')
  const opened = [...svg.matchAll(/<(\/?)(\w+)[^<>]*?(\/?)>/g)].reduce((open: string[], [, end, name, alone]) => {
    if (end) expect(open.pop()).toBe(name)
    else if (!alone) open.push(name)
    return open
  }, [])
  expect(opened).toEqual([])
})

it.each([
  [0, '0 '],
  [999, '999 '],
  [1000, '1.00 k'],
  [999_999, '1.00 M'],
  [1_234_567, '1.23 M'],
  [5e18, '5.00e+3 P'],
])('%d is %s', (value, text) => expect(quantity(value)).toBe(text))
