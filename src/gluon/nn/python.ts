// Values as Python prints them, for layers that print as Gluon's do.

/** A number or a flag as Python's `repr` writes it: `1e-05`, `True`. */
export function pythonText(value: number | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value === 0 || Math.abs(value) >= 1e-4) return String(value)
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1')
}

/** Named values in brackets behind a name: `LayerNorm(eps=1e-05, axis=-1)`. */
export function pythonCall(name: string, values: Readonly<Record<string, number | boolean | null>>): string {
  const list = Object.entries(values).map(([key, value]) => `${key}=${value === null ? 'None' : pythonText(value)}`)
  return `${name}(${list.join(', ')})`
}
