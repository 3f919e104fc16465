// The data of a case that is a network: its layers, weights, images and labels, as inputs.ts writes them.
import { readFileSync } from 'node:fs'
import { batch, file, floats, kase } from './serve.mjs'

/** The first chain's layers in order, each with the number of its weights. */
export const layers = kase.chains[0].layers.map((layer) => ({
  ...layer,
  size: layer.channels * layer.before * layer.kernel ** 2,
}))

/** The side of the first chain's images. */
export const { side } = kase.chains[0]

/** Each chain's first images, of a whole batch where no number is given. */
export function chainImages(count = batch) {
  const all = floats('images.f32')
  let at = 0
  return kase.chains.map((chain) => {
    const size = chain.channels * chain.side ** 2
    const images = all.subarray(at, at + count * size)
    at += batch * size
    return images
  })
}

/** The labels of the batch. */
export function labels() {
  return new Int32Array(new Uint8Array(readFileSync(file('labels.i32'))).buffer)
}

/** Each layer's weight (O, I, H, W) and bias as views of the weights file. */
export function parameters() {
  const all = floats('weights.f32')
  let at = 0
  const next = (count) => all.subarray(at, (at += count))
  return layers.map(({ size, channels }) => ({ weight: next(size), bias: next(channels) }))
}
