// Files of arrays by name, told apart by their first bytes: MXNet's .params, safetensors, NumPy's .npz and .npy. Each
// decoder is imported when such a file comes.
import { OpError } from '../core/errors.ts'
import type { ParamsEntry } from './params.ts'

/** The arrays of a file; the one of an .npy file has no name. `op` refuses what is none of the formats. */
export async function decodeArrays(op: string, bytes: Uint8Array, file: string): Promise<ParamsEntry[]> {
  if (startsWith(bytes, 0x50, 0x4b)) return (await import('./npz.ts')).decodeNpz(bytes, file)
  if (startsWith(bytes, 0x93, 0x4e)) return [{ name: '', ...(await import('./npz.ts')).decodeNpy(bytes, file) }]
  if (bytes[8] === 0x7b) return safetensors(bytes, file)
  if (startsWith(bytes, 0x12, 1) || bytes.length < 8) return (await import('./params.ts')).decodeParams(bytes, file)
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  throw new OpError(op, `${file} is no .params, safetensors or .npz file: it starts with the bytes ${start}`)
}

const startsWith = (bytes: Uint8Array, ...start: readonly number[]) => start.every((byte, i) => bytes[i] === byte)

async function safetensors(bytes: Uint8Array, file: string): Promise<ParamsEntry[]> {
  const { decodeSafetensors, numbersOf } = await import('./safetensors.ts')
  const { tensors } = decodeSafetensors(bytes, file)
  return tensors.map((tensor) => ({ name: tensor.name, shape: tensor.shape, ...numbersOf(tensor, file) }))
}
