// The code of a pass over long rows that become one row, whose values lie in scratch.
import { type Body, i32, type Local } from '../../kernel/wasm/asm.ts'
import {
  bytesOf,
  type ElementBytes,
  type Lanes,
  load,
  loadSplat,
  store,
  type Width,
} from '../../kernel/wasm/elements.ts'
import { readingsOf, valuesOf } from './gather.wasm.ts'
import { heldAs } from './join.ts'
import { join, start } from './lanes.ts'
import { settle, stateOf } from './settle.wasm.ts'
import { widestChunk } from './steps.ts'
import type { PassSpec, Unit } from './units.wasm.ts'

type I32 = Local<'i32'>

/** Long rows become one row: four at a time, each read from its start to its end, join the values in scratch. */
export function reduceWide(f: Body, spec: PassSpec, unit: Unit, scratch: I32): void {
  const [reading] = readingsOf(spec)
  const { accumulators } = reading
  const sums = accumulators.map((_, i) => f.let(i32.add(scratch, i * widestChunk * 4)))
  const held = sums.map((pointer) => [pointer, 4] as const)
  eachStrip(f, unit.columns, held, ([...to], lanes, vector) =>
    accumulators.forEach((of, i) => store(f, heldAs(of.kind), to[i], start(of), lanes, vector)),
  )
  const rows = unit.sources.map(({ pointer }) => f.let(pointer))
  for (const lines of [4, 1] as const) {
    const pointers = Array.from({ length: lines }, () => unit.sources.map(() => f.local('i32')))
    const visit = (to: readonly I32[], from: readonly I32[], lanes: Width, vector: number) => {
      const values = Array.from({ length: lines }, (_, line) => {
        const loaded = unit.sources.map(({ element, alongColumns }, i) => {
          const at = from[line * unit.sources.length + i]
          return f.let(alongColumns ? load(f, element, at, lanes, vector) : loadSplat(f, element, at))
        })
        return valuesOf(f, spec, unit, reading, loaded, [])
      })
      accumulators.forEach((of, i) => {
        const both = (a: Lanes, b: Lanes) => join(f, spec.rung, of, a, b)
        const [a, b, c, d] = values.map((value) => value[i])
        const four = lines === 4 ? both(both(a, b), both(c, d)) : a
        store(f, heldAs(of.kind), to[i], both(load(f, heldAs(of.kind), to[i], lanes, vector), four), lanes, vector)
      })
    }
    const round = () => {
      pointers.forEach((line, k) =>
        line.forEach((pointer, i) => {
          const { step } = unit.sources[i]
          pointer.set(step === 0 ? rows[i] : i32.add(rows[i], i32.mul(step, k)))
        }),
      )
      const from = pointers.flatMap((line) =>
        line.map(
          (pointer, i) => [pointer, unit.sources[i].alongColumns ? bytesOf(unit.sources[i].element) : 0] as const,
        ),
      )
      eachStrip(f, unit.columns, [...held, ...from], (at, lanes, vector) =>
        visit(at.slice(0, held.length), at.slice(held.length), lanes, vector),
      )
    }
    const bumps = unit.sources.flatMap(({ step }, i) =>
      step === 0 ? [] : [[rows[i], f.let(i32.mul(step, lines))] as const],
    )
    f.times(lines === 4 ? i32.shr_u(unit.rows, 2) : i32.and(unit.rows, 3), round, bumps)
  }
  const to = unit.outputs.flatMap((pointer, i) => {
    const output = spec.outputs[i]
    return pointer && output ? [[pointer, bytesOf(output)] as const] : []
  })
  eachStrip(f, unit.columns, [...held, ...to], (at, lanes, vector) => {
    const values = accumulators.map((of, i) => f.let(load(f, heldAs(of.kind), at[i], lanes, vector)))
    const targets = at.slice(held.length)
    let next = 0
    const stored = unit.outputs.map((pointer) => (pointer ? targets[next++] : null))
    settle(f, spec, unit, stateOf(f, spec, unit, values), stored, lanes, vector)
  })
}

/** Goes along rows in steps of eight, four and single columns; the pointers given stay where they are. */
function eachStrip(
  f: Body,
  columns: I32,
  begins: readonly (readonly [I32, 0 | ElementBytes])[],
  visit: (pointers: readonly I32[], lanes: Width, vector: number) => void,
): void {
  const pointers = begins.map(([begin]) => f.let(begin))
  const bumps = (width: number) =>
    pointers.flatMap((pointer, i) => (begins[i][1] === 0 ? [] : [[pointer, width * begins[i][1]] as const]))
  f.times(i32.shr_u(columns, 3), () => [0, 1].forEach((vector) => visit(pointers, 4, vector)), bumps(8))
  f.times(i32.and(i32.shr_u(columns, 2), 1), () => visit(pointers, 4, 0), bumps(4))
  f.times(i32.and(columns, 3), () => visit(pointers, 1, 0), bumps(1))
}
