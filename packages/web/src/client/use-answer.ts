// A route's answer as a screen's state; asked anew when the path changes or the person says so. Nothing is asked by a timer: a screen that asks would keep a forgotten session alive.
import type { Result } from '@cognate/core/base'
import { useCallback, useEffect, useState } from 'react'
import type { Client } from './record-client.ts'

export interface Answered<T> {
  /** Undefined while it is on its way. */
  readonly result: Result<T> | undefined
  readonly again: () => void
}

export function useAnswer<T>(client: Client, path: string): Answered<T> {
  const [result, setResult] = useState<Result<T>>()
  const [count, setCount] = useState(0)
  // `count` changes when the person asks again
  useEffect(() => {
    let current = true
    setResult(undefined)
    void client.get<T>(path).then(answer => {
      if (current) setResult(answer)
    })
    return () => {
      current = false
    }
  }, [client, path, count])
  return { result, again: useCallback(() => setCount(n => n + 1), []) }
}
