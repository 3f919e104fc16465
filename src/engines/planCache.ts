// Plans of calls by what they depend on: op, attributes, and the descriptors of inputs and outputs.
import type { Attributes, Spec } from '../core/engine.ts'
import { textOfShape } from '../core/shape.ts'

/** What a kernel plans by; on the CPU engine with the order of memory. */
type Described = Spec & { readonly order?: string }

/** What a plan is made of. */
export interface Planned {
  readonly op: string
  readonly inputs: readonly Described[]
  readonly attrs: Attributes
  readonly outputs: readonly Described[]
}

const most = 4096

/** Keeps the latest plans; calls `forgotten` with each plan that it drops. */
export class PlanCache<Plan> {
  readonly #plans = new Map<string, Plan>()
  readonly #forgotten: (plan: Plan) => void

  constructor(forgotten: (plan: Plan) => void = () => {}) {
    this.#forgotten = forgotten
  }

  /** The plan of a call, kept or made now. */
  of({ op, inputs, attrs, outputs }: Planned, make: () => Plan): Plan {
    const key = `${op}${JSON.stringify(attrs)}${describe(inputs)}>${describe(outputs)}`
    const held = this.#plans.get(key)
    if (held) return held
    const plan = make()
    if (this.#plans.size >= most) this.#forget()
    this.#plans.set(key, plan)
    return plan
  }

  #forget(): void {
    const [[key, plan]] = this.#plans
    this.#plans.delete(key)
    this.#forgotten(plan)
  }
}

function describe(arrays: readonly Described[]): string {
  let text = ''
  for (const { dtype, shape, order = 'plain' } of arrays) {
    text += `${dtype}${order === 'plain' ? '' : '^'}${textOfShape(shape)},`
  }
  return text
}
