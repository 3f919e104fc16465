// Sequential: blocks applied one after the other.
import { checkOptions, OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { currentScope, release } from '../../core/ownership.ts'
import { Block, type BlockOptions, blockOptions, HybridBlock } from '../block.ts'

/** The type of a block by its position, as far as the constructor was given it. */
export type BlockAt<Blocks extends readonly Block[], I extends number> = `${I}` extends `-${string}`
  ? Block
  : [...Blocks, ...Block[]][I]

/** Applies its blocks one after the other: `new nn.Sequential(a, b)`, `new nn.Sequential(a, b, { prefix: 'net_' })`. */
export class Sequential<const Blocks extends readonly Block[] = readonly Block[]>
  extends Block
  implements Iterable<Block>
{
  static override readonly className: string = 'Sequential'
  static override readonly hint: string | undefined = 'sequential'
  readonly #blocks: Block[] = []
  /** Why the input of each block is gone after it. */
  readonly #reasons: string[] = []

  constructor(options?: BlockOptions & { readonly forward?: never })
  constructor(...blocks: Blocks)
  constructor(...args: [...blocks: Blocks, options: BlockOptions])
  constructor(...args: readonly (Block | BlockOptions | undefined)[]) {
    const last = args.at(-1)
    // a list of blocks is refused as a block
    const blocks = args.filter((arg, i) => i < args.length - 1 || typeof arg === 'function' || Array.isArray(arg))
    const options = blocks.length < args.length && last !== undefined ? (last as BlockOptions) : {}
    checkOptions(new.target.className, options, "{ prefix: 'net_' }", blockOptions)
    super(options)
    this.add(...(blocks as Block[]))
  }

  /** Adds blocks at the end. */
  add(...blocks: Block[]): void {
    for (const block of blocks) {
      this.registerChild(block, String(this.#blocks.length))
      this.#blocks.push(block)
      this.#reasons.push(`passed on to ${block.name}, which has returned`)
    }
  }

  forward(x: NDArray): NDArray {
    return runInTurn(this.#blocks, this.#reasons, x)
  }

  /** Number of blocks. */
  override get length(): number {
    return this.#blocks.length
  }

  /** The block at a position; a negative one counts from the end. */
  at<const I extends number>(index: I): BlockAt<Blocks, I> {
    const block = this.#blocks.at(index)
    if (block) return block as BlockAt<Blocks, I>
    throw new OpError('Sequential', `no block at ${index}: it has ${this.#blocks.length}`)
  }

  /** A container of the blocks from `begin` to before `end`, which it shares. */
  slice(begin = 0, end = this.#blocks.length): this {
    const part = new (this.constructor as new (options: BlockOptions) => this)({ prefix: this.prefix })
    part.add(...this.#blocks.slice(begin, end))
    return part
  }

  [Symbol.iterator](): IterableIterator<Block> {
    return this.#blocks[Symbol.iterator]()
  }
}

/** Each value in between is released once the next block has returned, unless it is the user's. */
function runInTurn(blocks: readonly Block[], reasons: readonly string[], input: NDArray): NDArray {
  const scope = currentScope()
  let x = input
  for (let i = 0; i < blocks.length; i++) {
    const both = blocks[i].joined(blocks[i + 1])
    const y = (both ?? blocks[i])(x)
    if (both) i++
    if (y !== x && x.owner === scope) release(x, reasons[i])
    x = y
  }
  return x
}

/** A Sequential that may be captured; its blocks are HybridBlocks. */
export class HybridSequential<const Blocks extends readonly Block[] = readonly Block[]> extends Sequential<Blocks> {
  static override readonly className: string = 'HybridSequential'
  static override readonly hint: string | undefined = 'hybridsequential'

  override add(...blocks: Block[]): void {
    const wrong = blocks.find((block) => !(block instanceof HybridBlock || block instanceof HybridSequential))
    if (wrong) throw new OpError('HybridSequential', `its blocks must be HybridBlocks, got ${wrong.className}`)
    super.add(...blocks)
  }
}
