// Function: a differentiable function with a gradient of the user's own.
import { callOf } from '../core/compose.ts'
import { GlueballError, nameOfKind, OpError } from '../core/errors.ts'
import { refuseInTrace } from '../core/listen.ts'
import { NDArray } from '../core/ndarray.ts'
import type { Op } from '../core/op.ts'
import { adopt, alias, currentScope, within } from '../core/ownership.ts'
import { formatShape, type Shape, sameShape } from '../core/shape.ts'
import { historyOf, mode, type Origin, TapeNode } from '../core/tape.ts'
import { pause } from './autograd.ts'

type Results = NDArray | readonly NDArray[]

/** What a method returned, as a list; throws unless it is arrays. */
function list(name: string, method: 'forward' | 'backward', results: Results): readonly NDArray[] {
  const all: readonly NDArray[] = Array.isArray(results) ? results : [results]
  for (const x of all) {
    if (!(x instanceof NDArray)) throw new OpError(name, `${method} must return arrays, got ${nameOfKind(x)}`)
  }
  return all
}

/** Handles of their own for outputs that are inputs too, or given twice: each output gets its own history. */
function distinct(results: readonly NDArray[], inputs: readonly NDArray[]): readonly NDArray[] {
  const given = new Set<NDArray>(inputs)
  return results.map((array) => {
    if (given.has(array)) return alias(array)
    given.add(array)
    return array
  })
}

function checkGradients(name: string, gradients: readonly NDArray[], shapes: readonly Shape[]): void {
  if (gradients.length !== shapes.length) {
    const got = `${gradients.length} for ${shapes.length} inputs`
    throw new OpError(name, `backward must return one gradient for each input of forward, got ${got}`)
  }
  shapes.forEach((shape, i) => {
    if (sameShape(gradients[i].shape, shape)) return
    const got = `${formatShape(gradients[i].shape)} for input ${i} of ${formatShape(shape)}`
    throw new OpError(name, `backward must return gradients of the inputs' shapes, got ${got}`)
  })
}

/** The origin of a value that `forward` computed with recording off: a walk that needs its history throws. */
function lostHistory(name: string, array: NDArray): Origin {
  const op: Op<object> = {
    name: `${name}.saveForBackward`,
    infer: () => [],
    gradient: () => {
      throw new OpError(
        name,
        'the second derivative needs the history of a saved value that is no input and no output of forward: compute ' +
          'it in backward from saved inputs, return it as an output too, or save x.keep() if it is a constant',
      )
    },
  }
  return { node: new TapeNode(op as Op<never>, callOf(op.name, [], [array]), array.context, []), index: 0 }
}

/**
 * A custom differentiable function. Subclass it with `forward` (runs with recording off) and `backward` (one gradient
 * for each forward input, from one for each output). An instance is called once: `new Sigmoid().call(x)`. For second
 * order save inputs and outputs alone: other values that `forward` makes have no history, and a walk to them throws.
 */
export abstract class Function {
  #saved: readonly NDArray[] = []
  /** For each saved array, whether it was made in `forward` and is no output. */
  #lost: readonly boolean[] = []
  #node: TapeNode | undefined
  #used = false

  /** Computes the outputs. */
  abstract forward(...inputs: NDArray[]): Results
  /** Computes the gradients of the inputs. */
  abstract backward(...outputGrads: NDArray[]): Results

  /** Keeps arrays of `forward` for `backward`; they belong to the tape. */
  saveForBackward(...arrays: NDArray[]): void {
    this.#saved = arrays
  }

  /** What `saveForBackward` kept. */
  get savedTensors(): readonly NDArray[] {
    if (!this.#node) return this.#saved
    const node = this.#node
    return this.#lost.map((lost, i) => {
      const array = adopt(node.restore(`x${i}`))
      if (lost && mode.recording) array.setOrigin(lostHistory(this.constructor.name, array))
      return array
    })
  }

  /** Runs `forward` and records the call. Throws when the instance was called before. */
  call<R extends Results>(this: Function & { forward(...inputs: NDArray[]): R }, ...inputs: NDArray[]): R
  call(...inputs: NDArray[]): Results {
    if (this.#used) throw new GlueballError('[Function] an instance is called once: make a new one for each call')
    this.#used = true
    const name = this.constructor.name || 'Function'
    refuseInTrace(name, 'a graph does not hold the gradient of an autograd.Function')
    return within('', `made in ${name}.forward, which returned`, () => {
      const made = pause(() => this.forward(...inputs) as Results, { trainMode: mode.training }) as Results
      const results = distinct(list(name, 'forward', made), inputs)
      if (mode.recording && inputs.some(historyOf)) this.#record(name, inputs, results)
      return made instanceof NDArray ? results[0] : results
    })
  }

  /** The call as an op. Apart from `#record`, whose outputs it must not hold, or the collector never finds them dead. */
  #operation(name: string, shapes: readonly Shape[]): Op<never> {
    const op: Op<object> = {
      name,
      infer: () => [],
      gradient: (_context, dy) => {
        const gradients = list(name, 'backward', this.backward(...dy))
        checkGradients(name, gradients, shapes)
        // the pass lets go of what it is given, which the user may have kept
        return gradients.map((array) => (array.owner === currentScope() ? array : alias(array)))
      },
    }
    return op as Op<never>
  }

  #record(name: string, inputs: readonly NDArray[], outputs: readonly NDArray[]): void {
    const shapes = inputs.map((input) => input.shape)
    const call = callOf(name, inputs, outputs)
    const node = new TapeNode(this.#operation(name, shapes), call, inputs[0].context, inputs)
    const ofOutput = (array: NDArray): Origin | null => {
      const index = outputs.indexOf(array)
      return index < 0 ? null : { node, index }
    }
    node.keep(
      this.#saved,
      this.#saved.map((array) => ofOutput(array) ?? historyOf(array)),
    )
    this.#lost = this.#saved.map((array) => array.owner === currentScope() && !outputs.includes(array))
    this.#saved = []
    this.#node = node
    outputs.forEach((output, index) => output.setOrigin({ node, index }))
  }
}
