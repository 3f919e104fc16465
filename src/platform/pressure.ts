// A collection of garbage without a way to ask for one, which pages never have and Node nearly always.

const throwaway = 64 * 2 ** 20

/** Presses the collector by a buffer that is at once garbage. */
export function pressCollector(): void {
  try {
    new ArrayBuffer(throwaway)
  } catch {
    // No room even for that: the collector has run already.
  }
}
