// A route's answer as a screen's state; asked anew when what is asked changes or the person says so. Nothing is asked by a timer: a screen that asks would keep a forgotten session alive.
import type { Result } from '@cognate/core/base'
import { useCallback, useEffect, useState } from 'react'
import type { Client } from './record-client.ts'

export interface Answered<T> {
  /** Undefined while it is on its way. */
  readonly result: Result<T> | undefined
  readonly again: () => void
}

/** `keeps`: the last answer stays until the next one is there. */
export function useAnswer<T>(client: Client, path: string, keeps = false): Answered<T> {
  return useAsked(
    useCallback(() => client.get<T>(path), [client, path]),
    keeps,
  )
}

/** Of a question with a body. */
export function usePosted<T>(client: Client, path: string, body: object): Answered<T> {
  const text = JSON.stringify(body)
  return useAsked(useCallback(() => client.post<T>(path, JSON.parse(text) as object), [client, path, text]))
}

/** `ask` is a question that stays the same while nothing that it asks for changes. */
export function useAsked<T>(ask: () => Promise<Result<T>>, keeps = false): Answered<T> {
  const [result, setResult] = useState<Result<T>>()
  const [count, setCount] = useState(0)
  // `count` changes when the person asks again
  useEffect(() => {
    let current = true
    if (!keeps) setResult(undefined)
    void ask().then(answer => {
      if (current) setResult(answer)
    })
    return () => {
      current = false
    }
  }, [ask, keeps, count])
  return { result, again: useCallback(() => setCount(n => n + 1), []) }
}
