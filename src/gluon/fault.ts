// Fault: why a network can't be exported or imported, before it is known where.

/** Raised for what can't be exported or imported; whoever catches it names the node or the part of the file. */
export class Fault extends Error {}
