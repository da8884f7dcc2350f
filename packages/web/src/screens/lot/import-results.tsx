// A laboratory's file of results: chosen, previewed, and what matches entered, each row signed; what waits is told with its reason.
import type { Issue } from '@cognate/core/base'
import { utf8 } from '@cognate/core/format'
import { type MatchedResult, parseColumnNames, type ResultPreview } from '@cognate/core/lot'
import { type FormEvent, useState } from 'react'
import type { Client, Wish } from '../../client/record-client.ts'
import { Problem } from '../../parts/answer.tsx'
import { fieldsOf } from '../../parts/fields-of.ts'
import { Mark } from '../../parts/mark.tsx'
import { SignerFields } from '../../parts/proof-fields.tsx'
import { Table } from '../../parts/table.tsx'
import { withUnit } from '../../parts/with-unit.ts'

/** What was previewed, with the file that is attached to every result of it; each preview is one of its own, for a corrected file has the lines of the other. */
interface Chosen extends ResultPreview {
  readonly id: string
  readonly bytes: ArrayBuffer
}

export function ImportResults({ client }: { readonly client: Client }) {
  const [chosen, setChosen] = useState<Chosen>()
  const [issue, setIssue] = useState<Issue>()
  const preview = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const [file, mapping] = [form.get('file') as File, form.get('mapping') as File | null]
    const names = parseColumnNames(String(form.get('columns')))
    if (!names.ok) {
      setChosen(undefined)
      return setIssue(names.issue)
    }
    const bytes = await file.arrayBuffer()
    // as the command line reads it: what is no UTF-8 is Latin-1
    const text = utf8(new Uint8Array(bytes))
    const given = mapping === null || mapping.size === 0 ? {} : { mapping: await mapping.text() }
    const read = await client.post<ResultPreview>('/results/preview', { text, columns: Object.fromEntries(names.value), ...given })
    setIssue(read.ok ? undefined : read.issue)
    setChosen(read.ok ? { ...read.value, id: crypto.randomUUID(), bytes } : undefined)
  }
  return (
    <>
      <h1>Results of a laboratory</h1>
      <form className="fields" onSubmit={event => void preview(event)}>
        <label>
          File: CSV or TSV with the columns sample, result, unit, tested_at, or HL7 version 2
          <input name="file" type="file" required />
        </label>
        <label>
          What the file calls its columns, where other than that (may stay empty)
          <input name="columns" placeholder="sample=Probe, result=Wert" autoComplete="off" />
        </label>
        <label>
          Mapping of the laboratory, YAML, for HL7 (may stay empty)
          <input name="mapping" type="file" />
        </label>
        <p className="choices">
          <button type="submit">Preview</button>
        </p>
      </form>
      {issue === undefined ? null : <Problem issue={issue} />}
      {chosen === undefined ? null : <Matched key={chosen.id} client={client} chosen={chosen} />}
    </>
  )
}

function Matched({ client, chosen }: { readonly client: Client; readonly chosen: Chosen }) {
  const { matched, waiting, left_out } = chosen
  const [entered, setEntered] = useState<ReadonlySet<number>>(new Set())
  const [refused, setRefused] = useState<ReadonlyMap<number, Issue>>(new Map())
  const [issue, setIssue] = useState<Issue>()
  const [busy, setBusy] = useState(false)
  const open = matched.filter(({ line }) => !entered.has(line))
  const enter = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const text = fieldsOf(form)
    const proof = { password: text('password'), code: text('code').trim() }
    form.reset()
    setBusy(true)
    setIssue(undefined)
    const failed = await enterAll(client, chosen.bytes, open, proof, line => setEntered(held => new Set([...held, line])), setRefused)
    setBusy(false)
    setIssue(failed)
  }
  return (
    <>
      <Table
        caption={`What matches: ${matched.length} of ${matched.length + waiting.length}`}
        columns={['Line', 'Lot', 'Test', 'Result', 'Tested', 'Would be', 'State']}
        none="No row matches."
        rows={matched.map(({ line, lot, test, raw, unit, tested_at, verdict }) => ({
          key: String(line),
          cells: [
            line,
            <a key="lot" href={`#/lot/${encodeURIComponent(lot)}`}>
              {lot}
            </a>,
            test,
            withUnit(raw, unit),
            tested_at,
            <Mark key="verdict" says={verdict} />,
            entered.has(line) ? 'entered' : (refused.get(line)?.what ?? ''),
          ],
        }))}
      />
      <Table
        caption="What waits"
        columns={['Line', 'Sample', 'Why', 'What to do']}
        none="Nothing."
        rows={waiting.map(({ line, sample, issue: why }) => ({ key: String(line), cells: [line, sample, why.what, why.remedy] }))}
      />
      {left_out === 0 ? null : <p className="muted">{left_out} observations are left out by the mapping.</p>}
      {open.length === 0 ? null : (
        <form className="fields" onSubmit={event => void enter(event)}>
          <h2>Enter and sign</h2>
          <p>You sign each of the {open.length} results above as performed; the file is attached to each.</p>
          <SignerFields />
          {issue === undefined ? null : <Problem issue={issue} />}
          <p className="choices">
            <button type="submit" disabled={busy}>
              Enter {open.length} results
            </button>
          </p>
        </form>
      )}
    </>
  )
}

/** One signed command a row; the code proves the first. Answers why it was given up: a signer who is not proven is not asked for every row. */
async function enterAll(
  client: Client,
  bytes: ArrayBuffer,
  rows: readonly MatchedResult[],
  proof: { readonly password: string; readonly code: string },
  onEntered: (line: number) => void,
  onRefused: (refused: ReadonlyMap<number, Issue>) => void,
): Promise<Issue | undefined> {
  const stored = await client.store(bytes)
  if (!stored.ok) return stored.issue
  const refused = new Map<number, Issue>()
  let { code } = proof
  for (const { line, lot, test, raw, unit, tested_at, instrument, inputs } of rows) {
    const body = { test, raw, unit, tested_at, instrument, inputs, attachment_sha256: stored.value }
    const wish: Wish = { path: `/lots/${encodeURIComponent(lot)}/results`, body, version: undefined, key: crypto.randomUUID() }
    const asked = await client.command(wish)
    let said = asked
    if (asked.ok && asked.value.kind === 'sign') {
      const token = await client.sign(asked.value.what, { password: proof.password, code })
      if (!token.ok) return token.issue
      code = ''
      said = await client.command(wish, token.value)
    }
    if (said.ok) onEntered(line)
    else refused.set(line, said.issue)
    onRefused(new Map(refused))
  }
  return undefined
}
