// Trains in the browser.
'use client'
import { useEffect, useState } from 'react'

export default function Page() {
  const [line, setLine] = useState('')
  useEffect(() => {
    import('../losses.js').then(({ losses }) => losses).then(setLine)
  }, [])
  return <p>{line}</p>
}
