// The arithmetic of the cases, counted by formula, against sums written out by hand.
import { expect, it } from 'vitest'
import { listen } from '../src/core/listen.ts'
import { nd } from '../src/index.ts'
import { type Case, cases, casesOn, lenet, multiplyAdds, nin, operations, resnetStages, sidesOf } from './cases.ts'
import { networkOf } from './networks.ts'

const millions = (numbers: readonly number[]) => numbers.map((n) => Math.round(n / 1e5) / 10)
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
const named = (name: string): Case => cases.find((kase) => kase.name === name)!

it("counts NiN's multiply-adds layer by layer", () => {
  const at112 = multiplyAdds(nin(112))
  expect(millions(at112)).toEqual([7.9, 6.2, 6.2, 88.5, 9.4, 9.4, 22.1, 3.7, 3.7, 0.1, 0, 0])
  expect(at112[0]).toBe(26 * 26 * 96 * 11 * 11)
  expect(at112[3]).toBe(12 * 12 * 256 * 96 * 25)
  expect(sum(at112) / 1e6).toBeCloseTo(157.3, 1)
  expect(sum(multiplyAdds(nin(224))) / 1e6).toBeCloseTo(762.3, 1)
  expect(sum(multiplyAdds(nin(96))) / 1e6).toBeCloseTo(108.0, 1)
})

it("counts LeNet's and ResNet's", () => {
  expect(multiplyAdds(lenet())).toEqual([24 * 24 * 6 * 25, 8 * 8 * 16 * 6 * 25, 256 * 120, 120 * 84, 840])
  // twice the channels at half the side is the same work
  const stages = resnetStages().map(multiplyAdds)
  expect(stages.map((stage) => stage.length)).toEqual([4, 4, 4, 4])
  expect(stages.map(([first]) => first)).toEqual([24, 12, 6, 3].map(() => 24 * 24 * 64 * 64 * 9))
})

it('takes two operations a multiply-add, and three passes for training less what nobody needs', () => {
  const products = multiplyAdds(nin(112))
  expect(operations(named('nin-112-b128-infer'))).toBe(2 * sum(products))
  expect(operations(named('nin-112-b128-train'))).toBe(2 * (3 * sum(products) - products[0]))
  expect(operations(named('nin-112-b128-train')) / 1e9).toBeCloseTo(0.928, 3)
  expect(operations(named('resnet-3x3-96-b32-train'))).toBe(2 * 3 * 16 * 24 * 24 * 64 * 64 * 9)
})

it.each(cases.filter(({ products, batch }) => products && batch === 1))(
  "counts anew what $network's calls multiply",
  async (kase) => {
    const { net } = networkOf(kase)
    net.initialize()
    const [{ channels, side }] = kase.chains
    const image = nd.zeros([1, channels, side, side])
    net(image)
    const counted: number[] = []
    const end = listen(({ op, inputs, outputs }) => {
      const [filters, { shape }] = [inputs[1]?.shape.slice(1), outputs[0]]
      const size = (sizes: readonly number[]) => sizes.reduce((all, n) => all * n, 1)
      if (op === 'conv' || op === 'matmul') counted.push(size(shape) * size(filters))
    })
    net(image)
    end()
    await nd.waitall()
    expect(kase.products).toEqual({ all: sum(counted), firstLayer: counted[0] })
  },
)

it("knows the sides of each layer's images", () => {
  expect(sidesOf(nin(112)).map(({ taken }) => taken)).toEqual([112, 26, 26, 12, 12, 12, 5, 5, 5, 2, 2, 2])
  expect(sidesOf(nin(112)).map(({ made }) => made)).toEqual([26, 26, 26, 12, 12, 12, 5, 5, 5, 2, 2, 2])
  expect(sidesOf(lenet()).slice(1, 3)).toEqual([
    { taken: 12, made: 8 },
    { taken: 1, made: 1 },
  ])
})

it('runs the two cases of the flagship where none is named, and what a GPU or its like in software can do', () => {
  const namesOn = (device: Parameters<typeof casesOn>[0]) => casesOn(device).map(({ name }) => name)
  expect(namesOn('cpu')).toEqual(['nin-112-b128-train', 'nin-112-b128-infer'])
  expect(namesOn('gpu')).toEqual(['nin-112-b128-train', 'nin-112-b128-infer', 'nin-112-b32-train'])
  expect(namesOn('software gpu')).toEqual(['nin-112-b2-train'])
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  for (const { name, batch, chains, train, products } of cases) {
    const last = train ? 'train' : 'infer'
    expect(name).toMatch(new RegExp(`b${batch}-${last}$`))
    if (products) continue
    // each layer takes what the one before it gives
    for (const { channels, layers } of chains) {
      const convolutions = layers.filter(({ kind }) => kind === 'conv')
      expect(convolutions.map(({ before }) => before)).toEqual([
        channels,
        ...convolutions.slice(0, -1).map((layer) => layer.channels),
      ])
    }
  }
})
