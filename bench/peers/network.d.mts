// Types of what network.mjs shares with the TypeScript side of the bench.

export function chainImages(count?: number): Float32Array[]
export function labels(): Int32Array
