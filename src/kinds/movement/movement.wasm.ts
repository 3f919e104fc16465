// movement on the command stream: the fill where moves leave elements, then each move as loops over strides.
import { bytesOf, type DType, kindOf } from '../../core/dtype.ts'
import { stridesOf } from '../../core/shape.ts'
import { channelsMovedLast } from '../../kernel/broadcast.ts'
import { addresses, i32, i32x4, integers, item } from '../../kernel/wasm/asm.ts'
import { type Element, elementBytes } from '../../kernel/wasm/elements.ts'
import { defineModule } from '../../kernel/wasm/module.ts'
import { orderless, type Phase, type PlannedArray, type WasmKernel } from '../../kernel/wasm/plan.ts'
import { byteRange, chunksOf } from '../../kernel/wasm/ranges.ts'
import { stridedPhases } from '../../kernel/wasm/strided.ts'
import { sweep } from '../../kernel/wasm/sweep.ts'
import { tileScratch } from '../../kernel/wasm/transpose.ts'
import type { MovementAttributes } from './movement.ts'
import { type Move, type Moves, offsetOf, stepsOf } from './moves.ts'

/** Takes any order; moves that keep the axes of images leave them as they lie. */
export const movementWasm: WasmKernel<MovementAttributes> = {
  orders(inputs, { movement }, outputs) {
    if (inputs.every(({ order }) => order === 'plain')) return allPlain
    const orders = outputs.map((_, output) => (keepsChannelsLast(movement, output, inputs) ? 'channelsLast' : 'plain'))
    return { inputs: inputs.map(({ order }) => order), outputs: orders }
  },
  plan(inputs, { movement: { moves, covered } }, outputs) {
    const targets = outputs.length > 0 ? outputs : [inputs[0]]
    const fills = outputs.flatMap((output, n) => (covered[n] ? [] : [fillPhase(output, n)]))
    const phases = moves.flatMap((move) => movePhases(move, inputs, targets, outputs.length > 0))
    const tiles = phases.some(({ entry }) => entry === 'crowdedTiles')
    return { phases: [...fills, ...phases], ...(tiles && { scratch: tileScratch }) }
  },
}

const allPlain = { inputs: [], outputs: [] }

/** Whether an output is made of images along their own axes, and of some that lie channels last. */
function keepsChannelsLast({ moves }: Moves, output: number, inputs: readonly PlannedArray[]): boolean {
  const brought = moves.filter((move) => (move.output ?? 0) === output)
  const keepsAxes = brought.every(({ box, input = 0, from, to }) => {
    return inputs[input].shape.length === 4 && box.every((_, k) => (from?.axes?.[k] ?? k) === (to?.axes?.[k] ?? k))
  })
  const last = brought.some(({ input = 0 }) => {
    return inputs[input].order === 'channelsLast' && !orderless(inputs[input].shape)
  })
  return keepsAxes && last
}

function movePhases(
  { box, input = 0, output = 0, from, to }: Move,
  inputs: readonly PlannedArray[],
  targets: readonly PlannedArray[],
  fresh: boolean,
): Phase[] {
  const ends = [memoryStrides(inputs[input]), memoryStrides(targets[output])]
  const [reads, writes] = [stepsOf(ends[0], box, from), stepsOf(ends[1], box, to)]
  const loops = box.map((size, k) => ({ size, from: reads[k], to: writes[k] }))
  // innermost is where neighbours are written
  loops.sort((a, b) => b.to - a.to)
  return stridedPhases(loops, {
    bytes: elementBytes(inputs[input].dtype),
    from: { input, begin: offsetOf(ends[0], from) },
    to: { ...(fresh ? { output } : { input: 0 }), begin: offsetOf(ends[1], to) },
  })
}

/** Elements from one index of each axis to the next, as the array lies in memory. */
function memoryStrides({ shape, order }: PlannedArray): number[] {
  if (order === 'plain') return stridesOf(shape)
  const [n, h, w, c] = stridesOf(channelsMovedLast(shape))
  return [n, c, h, w]
}

const filled = { ...addresses('y'), ...integers('bytes'), value: 'bits' } as const

/** The value everywhere: as bytes where its bytes are alike. */
const filling = ({ dtype }: { readonly dtype: DType }) => ({
  fill: item(filled, (f, { index, args }) => {
    const bytes = elementBytes(dtype)
    const range = byteRange(f, { index }, f.let(args.bytes))
    const pointer = f.let(i32.add(args.y, range.begin))
    const word = f.let(args.value)
    const byte = f.let(i32.and(word, 255))
    const alike = bytes === 4 ? i32.eq(word, i32.mul(byte, 0x01010101)) : bytes === 1 ? i32.const(1) : i32.eqz(word)
    f.if(
      alike,
      () => f.fill(pointer, byte, range.bytes),
      () => {
        const value = f.let(i32x4.splat(word))
        const y = { pointer, element: dtype as Element }
        sweep(f, f.let(i32.div_u(range.bytes, bytes)), [y], () => [[y, value]])
      },
    )
  }),
})

function fillPhase(array: PlannedArray, output: number): Phase {
  const bytes = bytesOf(array)
  const value = { scalar: 0, integer: kindOf(array.dtype) === 'int' }
  const module = defineModule('fill', { dtype: array.dtype }, filling)
  return module.phase('fill', chunksOf(bytes), { y: { output }, bytes, value })
}
