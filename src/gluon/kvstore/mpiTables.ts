// The constants of each MPI library: handles are addresses of symbols in Open MPI, integers in MPICH, both fixed in the MPI 5 ABI.

/** What calls of a library are given. A text is the name of a symbol, whose address is the handle. */
export interface MpiTable {
  /** C type of handles. */
  readonly handle: 'void *' | 'int'
  readonly requestBytes: number
  readonly world: string | number | bigint
  readonly float32: string | number | bigint
  readonly float64: string | number | bigint
  readonly byte: string | number | bigint
  readonly sum: string | number | bigint
  readonly errorsReturn: string | number | bigint
  readonly inPlace: bigint
  readonly statusIgnore: bigint
}

/** One table for each family of libraries. */
export const mpiTables: Readonly<Record<'openMpi' | 'mpich' | 'abi', MpiTable>> = {
  openMpi: {
    handle: 'void *',
    requestBytes: 8,
    world: 'ompi_mpi_comm_world',
    float32: 'ompi_mpi_float',
    float64: 'ompi_mpi_double',
    byte: 'ompi_mpi_byte',
    sum: 'ompi_mpi_op_sum',
    errorsReturn: 'ompi_mpi_errors_return',
    inPlace: 1n,
    statusIgnore: 0n,
  },
  mpich: {
    handle: 'int',
    requestBytes: 4,
    world: 0x44000000,
    float32: 0x4c00040a,
    float64: 0x4c00080b,
    byte: 0x4c00010d,
    sum: 0x58000003,
    errorsReturn: 0x54000001,
    inPlace: 0xffffffffffffffffn,
    statusIgnore: 1n,
  },
  abi: {
    handle: 'void *',
    requestBytes: 8,
    world: 0x101n,
    float32: 0x210n,
    float64: 0x214n,
    byte: 0x247n,
    sum: 0x21n,
    errorsReturn: 0x142n,
    inPlace: 1n,
    statusIgnore: 0n,
  },
}

/** Libraries by what has started the program, or all: an MPI library only meets the ranks of its own launcher. */
export function mpiLibraries(environment: (name: string) => string | undefined): readonly string[] {
  const named = environment('GLUEBALL_MPI')
  if (named) return [named]
  const openMpi = ['libmpi.so.40', 'libmpi.40.dylib', 'libmpi_abi_openmpi.so.1']
  const mpich = ['libmpich.so.12', 'libmpi.so.12', 'libmpi.12.dylib', 'libmpi_abi_mpich.so.1', 'libmpi_abi.so.1']
  if (environment('OMPI_COMM_WORLD_SIZE')) return openMpi
  if (environment('PMI_SIZE') || environment('PMI_FD') || environment('PMI_PORT')) return mpich
  return environment('PMIX_RANK') ? [...openMpi, ...mpich] : []
}
