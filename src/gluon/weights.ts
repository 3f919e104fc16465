// The parameters of a block as files that other tools read: safetensors and NumPy's .npz.
import type { AnyBlock } from './block.ts'
import { structuralNames, valuesOf } from './structure.ts'

/** The values of all parameters by structural names; one that blocks share is there once, under its first name. */
function ownValues(block: AnyBlock) {
  const seen = new Set<unknown>()
  return valuesOf([...structuralNames(block)].filter(([, parameter]) => !seen.has(parameter) && seen.add(parameter)))
}

/** The bytes of a safetensors file with the parameters of a block. */
export async function safetensorsOf(
  block: AnyBlock,
  metadata: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { encodeSafetensors, tensorOf } = await import('../io/safetensors.ts')
  const tensors = (await ownValues(block)).map(({ name, dtype, shape, data }) => tensorOf(name, dtype, shape, data))
  return encodeSafetensors({ metadata: { format: 'pt', ...metadata }, tensors })
}

/** The bytes of an .npz file with the parameters of a block. */
export async function npzOf(block: AnyBlock): Promise<Uint8Array<ArrayBuffer>> {
  const { encodeNpz } = await import('../io/npz.ts')
  return encodeNpz(await ownValues(block))
}
