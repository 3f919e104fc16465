// Operands of formulas and reductions: arrays, numbers that stand for arrays, and indices that nothing is loaded for.
import { evaluationOrder, type Graph, type Kind, type Node } from '../arith/graph.ts'
import { checkFloat, kindOf } from '../core/dtype.ts'
import { nameOfKind, OpError } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'
import { type Shape, shapeOf } from '../core/shape.ts'

/** An operand that is, at each element, the index of that element along one axis: an int32 that takes no memory. */
export class Iota {
  /** Size 1 on all axes but the one along which it counts, as broadcasting has it. */
  readonly shape: Shape

  constructor(shape: Shape) {
    this.shape = shape
  }
}

/** The index along an axis, counted from 0, of arrays of a shape. */
export function iota(shape: Shape, axis: number): Iota {
  return new Iota(shapeOf(shape.map((size, k) => (k === axis ? size : 1))))
}

/** An operand: an array, a number that stands for an array of it, or an index. */
export type FormulaOperand = NDArray | number | Iota

/** Which operands of a call are no inputs of it. */
export interface OperandAttributes {
  /** Operands that are numbers, ascending: they are the scalars of the call. */
  readonly numbers: readonly number[]
  /** Operands that are indices, ascending, and their shapes. */
  readonly iotas?: readonly { readonly operand: number; readonly shape: Shape }[]
}

/** Indices as a generator reads them: each element is its own place. */
export interface IotaSource {
  readonly shape: Shape
  readonly dtype: 'int32'
  readonly iota: true
}

/** For each operand the index of its source, or null for a number. */
export function sourcesOf(count: number, { numbers, iotas }: OperandAttributes): (number | null)[] {
  const sources: (number | null)[] = []
  const inputs = count - numbers.length - (iotas?.length ?? 0)
  let input = 0
  for (let k = 0; k < count; k++) {
    const index = iotas?.findIndex(({ operand }) => operand === k) ?? -1
    sources.push(numbers.includes(k) ? null : index >= 0 ? inputs + index : input++)
  }
  return sources
}

/** The inputs of a call, and behind them its indices. */
export function withIotas<S extends object>(
  inputs: readonly S[],
  { iotas }: Pick<OperandAttributes, 'iotas'>,
): readonly ((S & { readonly iota?: undefined }) | IotaSource)[] {
  if (!iotas) return inputs
  return [...inputs, ...iotas.map(({ shape }): IotaSource => ({ shape, dtype: 'int32', iota: true }))]
}

/** Operands as a call has them; throws for what is no operand. */
export function separated(
  name: string,
  operands: readonly FormulaOperand[],
  expected = 'operands are arrays and numbers',
): { readonly inputs: NDArray[]; readonly scalars: number[]; readonly attrs: OperandAttributes } {
  const inputs: NDArray[] = []
  const scalars: number[] = []
  const numbers: number[] = []
  const iotas: { readonly operand: number; readonly shape: Shape }[] = []
  operands.forEach((operand, k) => {
    if (operand instanceof NDArray) inputs.push(operand)
    else if (operand instanceof Iota) iotas.push({ operand: k, shape: operand.shape })
    else if (typeof operand !== 'number') {
      throw new OpError(name, `${expected}, got ${nameOfKind(operand)}`)
    } else {
      numbers.push(k)
      scalars.push(operand)
    }
  })
  return { inputs, scalars, attrs: { numbers, ...(iotas.length > 0 && { iotas }) } }
}

/** The arithmetic of each operand, where numbers are of the kind given. */
export function kindsOf(operands: readonly FormulaOperand[], ofNumbers: Kind): Kind[] {
  return operands.map((operand) =>
    operand instanceof NDArray ? kindOf(operand.dtype) : operand instanceof Iota ? 'int' : ofNumbers,
  )
}

/** Throws for operands of types that a formula or reduction does not take. */
export function checkDTypes(
  { name, floats, mixed }: { readonly name: string; readonly floats?: true; readonly mixed?: true },
  operands: readonly FormulaOperand[],
): void {
  let first: NDArray | undefined
  for (const operand of operands) {
    if (!(operand instanceof NDArray)) continue
    first ??= operand
    const { dtype } = operand
    if (dtype !== first.dtype && !mixed) {
      throw new OpError(name, `operands must have one dtype, got ${first.dtype} and ${dtype}: use astype`)
    }
    if (floats && kindOf(dtype) === 'int') {
      throw new OpError(name, `cannot take ${dtype}, expected float32: use astype('float32')`)
    }
  }
}

/** Throws for operands that are floats in files and memory alone. */
export function checkComputed(name: string, operands: readonly FormulaOperand[]): void {
  for (const operand of operands) {
    if (!(operand instanceof NDArray) || kindOf(operand.dtype) === 'int') continue
    checkFloat(name, 'operands', operand.dtype)
  }
}

/** Operands whose gradients are wanted: inputs of floats. */
export function wantedOf(leaves: readonly Kind[], attrs: OperandAttributes, needs: readonly boolean[]): number[] {
  return sourcesOf(leaves.length, attrs).flatMap((source, k) => {
    return source !== null && needs[source] && leaves[k] === 'float' ? [k] : []
  })
}

const names = new Map<string, string>()

/** A short name for a graph's key, the same for equal keys in a process: each call of an op looks its plan up by it. */
export function shortName(key: string): string {
  let name = names.get(key)
  if (!name) names.set(key, (name = `#${names.size}`))
  return name
}

/** What a definition was traced to, kept for as long as the definition lives. */
export class Traces<Definition extends object, Made> {
  readonly #held = new WeakMap<Definition, Map<string, Made>>()

  /** What was made for this key, or what `make` makes now. */
  get(definition: Definition, key: string, make: () => Made): Made {
    let held = this.#held.get(definition)
    if (!held) this.#held.set(definition, (held = new Map()))
    let made = held.get(key)
    if (!made) held.set(key, (made = make()))
    return made
  }
}

/** The leaves that the results of a graph need, where some nodes are known. */
export function usedLeaves({ results }: Pick<Graph, 'results'>, known?: ReadonlySet<Node>): Set<number> {
  return new Set(evaluationOrder(results, known).flatMap(({ op, value }) => (op === 'leaf' ? [value] : [])))
}
