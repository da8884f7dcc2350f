// A field for a scanner, which types like a keyboard and faster than any person. What came slowly or was pasted is typed, and stays marked so.
import { type KeyboardEvent, useRef, useState } from 'react'

/** Milliseconds between two characters: scanners send one in 1 to 30, quick typists in 80 or more. */
const SCANNER_GAP = 50
const FNC1 = '\u001d'

export interface Scanned {
  readonly text: string
  readonly typed: boolean
}

export function ScanField({ label, onScan }: { readonly label: string; readonly onScan: (scanned: Scanned) => void }) {
  const [text, setText] = useState('')
  const last = useRef(0)
  const slowest = useRef(0)
  const take = (next: string, at: number) => {
    // a first character begins anew, whatever stood there; anything but one more at the end is a paste or an edit
    if (next.length <= 1) slowest.current = 0
    else if (next.length !== text.length + 1 || !next.startsWith(text)) slowest.current = Number.POSITIVE_INFINITY
    else slowest.current = Math.max(slowest.current, at - last.current)
    last.current = at
    setText(next)
    onScan({ text: next, typed: slowest.current > SCANNER_GAP })
  }
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    // a scanner sends the separator of GS1 as Ctrl-], and ends with Enter, which must not send the form
    if (event.ctrlKey && event.key === ']') {
      event.preventDefault()
      take(text + FNC1, event.timeStamp)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      const fields = [...(event.currentTarget.form?.querySelectorAll<HTMLElement>('input, select, button') ?? [])]
      fields[fields.indexOf(event.currentTarget) + 1]?.focus()
    }
  }
  return (
    <label>
      {label}
      <input
        value={text.replaceAll(FNC1, '^')}
        onChange={event => take(event.target.value.replaceAll('^', FNC1), event.timeStamp)}
        onKeyDown={press}
        required
        autoComplete="off"
        spellCheck={false}
      />
    </label>
  )
}
