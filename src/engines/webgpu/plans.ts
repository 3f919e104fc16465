// Plans of the GPU's kernels, with the buffers of their tables.
import type { Attributes, Call } from '../../core/engine.ts'
import type { GpuPlan, GpuTarget, WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { OpName } from '../../ops/index.ts'
import { PlanCache } from '../planCache.ts'
import type { KernelTable } from '../table.ts'
import type { Block } from './pool.ts'

/** Who gives buffers for tables, and takes them back. */
interface Memory {
  upload(bytes: Uint8Array): Block
  free(block: Block): void
}

/** The plans of the GPU's kernels. */
export class Plans {
  readonly #kernels: KernelTable<WgslKernel<never>>
  readonly #target: GpuTarget
  readonly #memory: Memory
  readonly #plans = new PlanCache<GpuPlan>((plan) => {
    for (const block of this.#constants.get(plan) ?? []) this.#memory.free(block)
  })
  readonly #constants = new WeakMap<GpuPlan, readonly Block[]>()
  /** Texts of shaders, each once for all plans. */
  readonly #shaders = new Map<string, string>()

  constructor(kernels: KernelTable<WgslKernel<never>>, target: GpuTarget, memory: Memory) {
    this.#kernels = kernels
    this.#target = target
    this.#memory = memory
  }

  /** The plan of a call, from the cache or made now. */
  of(call: Call): GpuPlan {
    const { op, inputs, attrs, outputs } = call
    const kernel = this.#kernels[op as OpName] as WgslKernel<Attributes>
    return this.#plans.of(call, () => this.#shared(kernel.plan(inputs, attrs, outputs, this.#target)))
  }

  #shared(plan: GpuPlan): GpuPlan {
    const dispatches = plan.dispatches.map((dispatch) => {
      const shader = this.#shaders.get(dispatch.shader) ?? dispatch.shader
      this.#shaders.set(shader, shader)
      return { ...dispatch, shader }
    })
    return { ...plan, dispatches }
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
