// Files of a trainer's state. Trainers import them when they are asked for, so that a page that only trains does not.
import { OpError } from '../core/errors.ts'
import { decodeCheckpoint, encodeCheckpoint, type Json } from '../io/checkpoint.ts'
import { readBytes, writeBytes } from '../io/files.ts'
import type { SavedArray } from '../io/saved.ts'
import { kindOf, type TrainerState } from './trainerState.ts'

const kind = 'glueball trainer'

/** Writes a state in the container of checkpoints. */
export async function saveState(path: string, state: TrainerState): Promise<void> {
  const { arrays, ...facts } = state
  const header = { kind, ...facts } as unknown as Json
  await writeBytes('saveStates', path, encodeCheckpoint({ header, arrays: arrays as readonly SavedArray[] }))
}

/** Reads what `saveState` wrote. */
export async function loadState(path: string): Promise<TrainerState> {
  const bytes = await readBytes('loadStates', path, 'a file of saveStates')
  const { header, arrays } = decodeCheckpoint(bytes, path)
  const facts = header as Partial<TrainerState> & { readonly kind?: unknown }
  if (facts?.kind !== kind) {
    throw new OpError('loadStates', `${path} holds no trainer's state: its kind is ${kindOf(facts?.kind)}`)
  }
  return { ...facts, arrays } as TrainerState
}
