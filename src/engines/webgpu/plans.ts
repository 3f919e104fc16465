// Plans of calls by what they depend on, with the buffers of their tables.
import type { Attributes, Call, Operand } from '../../core/engine.ts'
import type { GpuPlan, GpuTarget, WgslKernel } from '../../kernel/gpuPlan.ts'
import type { OpName } from '../../ops/index.ts'
import type { KernelTable } from '../table.ts'
import type { Block } from './pool.ts'

const most = 4096

/** Who gives buffers for tables, and takes them back. */
interface Memory {
  upload(bytes: Uint8Array): Block
  free(block: Block): void
}

/** Keeps the plans that were made last. */
export class Plans {
  readonly #kernels: KernelTable<WgslKernel<never>>
  readonly #target: GpuTarget
  readonly #memory: Memory
  readonly #plans = new Map<string, GpuPlan>()
  readonly #constants = new WeakMap<GpuPlan, readonly Block[]>()

  constructor(kernels: KernelTable<WgslKernel<never>>, target: GpuTarget, memory: Memory) {
    this.#kernels = kernels
    this.#target = target
    this.#memory = memory
  }

  /** The plan of a call, from the cache or made now. */
  of({ op, inputs, attrs, outputs }: Call): GpuPlan {
    const key = `${op}${JSON.stringify(attrs)}${inputs.map(describe).join()}>${outputs.map(describe).join()}`
    const held = this.#plans.get(key)
    if (held) return held
    const kernel = this.#kernels[op as OpName] as WgslKernel<Attributes>
    const plan = kernel.plan(inputs, attrs, outputs, this.#target)
    if (this.#plans.size >= most) this.#forget()
    this.#plans.set(key, plan)
    return plan
  }

  #forget(): void {
    const [[key, plan]] = this.#plans
    for (const block of this.#constants.get(plan) ?? []) this.#memory.free(block)
    this.#plans.delete(key)
  }

  /** The buffers of a plan's tables, filled at its first use. */
  constantsOf(plan: GpuPlan): readonly Block[] {
    if (!plan.constants) return []
    const held = this.#constants.get(plan)
    if (held) return held
    const made = plan.constants.map((words) => this.#memory.upload(new Uint8Array(words.buffer)))
    this.#constants.set(plan, made)
    return made
  }
}

function describe({ dtype, shape }: Operand): string {
  return `${dtype}${Array.prototype.join.call(shape, 'x')}`
}
