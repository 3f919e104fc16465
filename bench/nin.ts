// What the cases have in common: NiN's layers at 112 × 112, and the arithmetic in them.

/** One convolution of NiN, square in every respect. */
export interface Layer {
  readonly channels: number
  readonly before: number
  readonly kernel: number
  readonly stride: number
  readonly padding: number
  /** Whether a max-pool of 3 with stride 2 follows. */
  readonly pooled: boolean
}

/** Side of the images and number of them in a batch. */
export const side = 112
export const batch = 128

const blocks = [
  [96, 11, 4, 0, true],
  [256, 5, 1, 2, true],
  [384, 3, 1, 1, true],
  [10, 3, 1, 1, false],
] as const

/** The twelve convolutions in order: each block is one of its kernel and two of 1 × 1. */
export const layers: readonly Layer[] = blocks.flatMap(([channels, kernel, stride, padding, pooled], i) => [
  { channels, before: i === 0 ? 1 : blocks[i - 1][0], kernel, stride, padding, pooled: false },
  { channels, before: channels, kernel: 1, stride: 1, padding: 0, pooled: false },
  { channels, before: channels, kernel: 1, stride: 1, padding: 0, pooled },
])

/** Multiply-adds of each layer's forward pass for one image. */
export function multiplyAdds(): number[] {
  let size = side
  return layers.map(({ channels, before, kernel, stride, padding, pooled }) => {
    size = Math.floor((size + 2 * padding - kernel) / stride) + 1
    const products = channels * size * size * before * kernel * kernel
    if (pooled) size = Math.floor((size - 3) / 2) + 1
    return products
  })
}

/** A case: its name and the floating-point operations for one image, as direct convolution counts them. */
export interface Case {
  readonly name: string
  readonly operations: number
}

/** The cases by name; a training step is forward, weight gradient, and data gradient but for the first layer. */
export const cases: readonly Case[] = (() => {
  const products = multiplyAdds()
  const forward = products.reduce((sum, n) => sum + n, 0)
  return [
    { name: 'nin-112-b128-train', operations: 2 * (3 * forward - products[0]) },
    { name: 'nin-112-b128-infer', operations: 2 * forward },
  ]
})()
