// Damaged symbol files: each is refused in one line, or read and computed.
import { gluon, io, type NDArray, nd } from 'glueball'
import { expect } from 'vitest'
import { image, smallNetworkBlock } from '../onnx/damage.ts'
import { randomNumbers } from '../random.ts'

/** Imports a file and predicts; errors must be one line of ours. */
async function readOrRefuse(symbol: Uint8Array, params: Uint8Array): Promise<'read' | 'refused'> {
  try {
    const net = await gluon.SymbolBlock.imports<NDArray | NDArray[]>(symbol, 'data', params)
    for (const y of [net(image())].flat()) await y.toArray()
    return 'read'
  } catch (error) {
    const { message } = error as Error
    expect(message).toMatch(/^(in \S* ?\(SymbolBlock\): )?\[[\w .-]+\] \S[^\n]*$/)
    expect(message).not.toMatch(/undefined|\bNaN\b|is not a function|not iterable|Cannot read|\[object/)
    return 'refused'
  }
}

/** Writes one wrong byte at a time into the symbol of a small network; how many are read, and how many refused. */
export async function flippedSymbols(seed: number, count: number) {
  const { symbol, params } = await io.mxnet(smallNetworkBlock(), [nd.zeros([1, 1, 6, 6])])
  const bytes = new TextEncoder().encode(symbol)
  const random = randomNumbers(seed)
  const counts = { read: 0, refused: 0 }
  for (let i = 0; i < count; i++) {
    const damaged = bytes.slice()
    // printable letters, since others are no JSON
    damaged[Math.floor(random() * bytes.length)] = 32 + Math.floor(random() * 95)
    counts[await readOrRefuse(damaged, params)]++
  }
  return counts
}
