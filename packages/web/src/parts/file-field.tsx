// The SHA-256 of an attached file: the file is chosen and stored, and its hash stands in the field; who has the hash may type it.
import type { Issue } from '@cognate/core/base'
import { type ChangeEvent, createContext, useContext, useRef, useState } from 'react'
import type { Client } from '../client/record-client.ts'
import { Problem } from './answer.tsx'

/** Stores what is chosen; without it there is only the field. */
export const StoreFile = createContext<Client['store'] | undefined>(undefined)

interface Shared {
  readonly id: string
  readonly name: string
  readonly required: boolean
  readonly defaultValue: string
}

export function FileField({ shared }: { readonly shared: Shared }) {
  const store = useContext(StoreFile)
  const field = useRef<HTMLInputElement>(null)
  const [said, setSaid] = useState('')
  const [issue, setIssue] = useState<Issue>()
  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    if (file === undefined || store === undefined) return
    setSaid(`${file.name} is being stored`)
    setIssue(undefined)
    const stored = await store(await file.arrayBuffer())
    field.current!.value = stored.ok ? stored.value : ''
    setSaid(stored.ok ? `${file.name} is stored` : '')
    if (!stored.ok) setIssue(stored.issue)
  }
  return (
    <>
      {store === undefined ? null : <input type="file" aria-label={`File of ${shared.name}`} onChange={event => void choose(event)} />}
      <input {...shared} ref={field} autoComplete="off" placeholder="its SHA-256" />
      <span className="muted" role="status">
        {said}
      </span>
      {issue === undefined ? null : <Problem issue={issue} />}
    </>
  )
}
