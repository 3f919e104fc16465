// net.export: MXNet's two files of a block that was called.
import { checkOptions, nameOfKind, OpError } from '../../core/errors.ts'
import { release } from '../../core/ownership.ts'
import { writeBytes } from '../../io/files.ts'
import { zeros } from '../../nd/creation.ts'
import type { AnyBlock } from '../block.ts'
import type { ExportOptions, InputSpec } from '../exported.ts'
import { exportSymbol } from './export.ts'

/** Writes both files; gives their names. */
export async function writeSymbol(
  block: AnyBlock,
  called: readonly InputSpec[] | undefined,
  path: string,
  options: ExportOptions,
): Promise<[symbolFile: string, paramFile: string]> {
  checkOptions('export', options, '{ epoch: 10 }', { epoch: 'number' })
  if (typeof path !== 'string') throw new OpError('export', `takes the start of two paths, got ${nameOfKind(path)}`)
  const { epoch = 0 } = options
  if (!Number.isInteger(epoch) || epoch < 0) {
    throw new OpError('export', `epoch must be a non-negative integer, got ${nameOfKind(epoch)}`)
  }
  if (!called || called.length === 0) {
    throw new OpError('export', 'the shapes of the inputs are not known: call the block with arrays once, as net(x)')
  }
  const inputs = called.map(({ shape, dtype, context }) => zeros([1, ...shape.slice(1)], { dtype, ctx: context }))
  const { symbol, params } = await exportSymbol(block, inputs)
  for (const x of inputs) release(x, 'its network was exported')
  const files: [string, string] = [`${path}-symbol.json`, `${path}-${String(epoch).padStart(4, '0')}.params`]
  await writeBytes('export', files[0], new TextEncoder().encode(symbol))
  await writeBytes('export', files[1], params)
  return files
}
