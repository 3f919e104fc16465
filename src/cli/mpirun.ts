// What mpirun is given: ranks that share cores with others, and threads that no one pins.

/** Settings of Open MPI, versions 4 and 5; MPICH takes no notice of them. */
export const mpirunEnvironment: Readonly<Record<string, string>> = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  // as --bind-to none: it would pin a rank with all its threads to one core
  OMPI_MCA_hwloc_base_binding_policy: 'none',
  PRTE_MCA_hwloc_default_binding_policy: 'none',
  // as --oversubscribe: more ranks than cores
  OMPI_MCA_rmaps_base_oversubscribe: '1',
  PRTE_MCA_rmaps_default_mapping_policy: ':oversubscribe',
  // a rank that waits leaves its core to one that computes
  OMPI_MCA_mpi_yield_when_idle: '1',
}
