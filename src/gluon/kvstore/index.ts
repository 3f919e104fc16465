// The names of kvstore.
import { GlueballError, nameOfKind } from '../../core/errors.ts'
import { DistStore } from './dist.ts'
import { LocalStore } from './local.ts'
import { startMpi } from './mpi.ts'
import { type KVStore, registerStore } from './store.ts'

export type { Arrays, KVStore } from './store.ts'

/** Options of `create`. */
export interface KVStoreOptions {
  /** Seconds that a call of `dist_sync` may take once this rank has come to it, before all ranks end. Default 60. */
  readonly deadline?: number
}

let dist: DistStore | undefined

/**
 * A store by name (MXNet 1.9.1, kvstore.py): `local` in one process, `dist_sync` over MPI. The first `dist_sync` starts
 * MPI and waits for all ranks; later ones share it.
 */
export function create(
  name: 'local' | 'device' | 'dist_sync' | (string & {}) = 'local',
  options: KVStoreOptions = {},
): KVStore {
  if (name === 'local' || name === 'device') return new LocalStore()
  if (name !== 'dist_sync') {
    throw new GlueballError(`kvstore.create takes 'local' or 'dist_sync', got ${nameOfKind(name)}`)
  }
  const { deadline = 60 } = options
  if (!(deadline > 0)) throw new GlueballError(`deadline is a positive number of seconds, got ${nameOfKind(deadline)}`)
  dist ??= new DistStore(startMpi(deadline))
  return dist
}

registerStore('dist_sync', () => create('dist_sync'))
