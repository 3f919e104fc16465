// Where arrays lie in the GPU's buffers.
import { bytesPer } from '../../core/dtype.ts'
import type { Operand } from '../../core/engine.ts'
import { sizeOf } from '../../core/shape.ts'
import type { Block } from './pool.ts'

/** A range of a buffer. */
export interface Place {
  readonly block: Block
  readonly offset: number
}

/** Bytes of an array's elements. */
export const bytesOf = ({ shape, dtype }: Operand) => sizeOf(shape) * bytesPer(dtype)

/** Where an array begins. */
export const placeOf = ({ storage, offset }: Operand): Place => ({ block: storage.allocation as Block, offset })

/** The words in which an array lies, since buffers are copied by words: it begins `skip` bytes after the first's begin. */
export interface Words {
  readonly from: Place
  readonly skip: number
  readonly bytes: number
}

/** The words of an array. */
export function wordsOf(operand: Operand): Words {
  const { block, offset } = placeOf(operand)
  const skip = offset % 4
  return { from: { block, offset: offset - skip }, skip, bytes: Math.ceil((skip + bytesOf(operand)) / 4) * 4 }
}

/** A buffer from its begin. */
export const whole = (block: Block): Place => ({ block, offset: 0 })
