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
          File: CSV or TSV with the columns sample, result, unit, tested_at, or HL7 version 2, or FHIR R4 (JSON)
          <input name="file" type="file" required />
        </label>
        <label>
          What the file calls its columns, where other than that (may stay empty)
          <input name="columns" placeholder="sample=Probe, result=Wert" autoComplete="off" />
        </label>
        <label>
          Mapping of the laboratory, YAML, for HL7 and FHIR (may stay empty)
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
  const [entered, setEntered] = useState<ReadonlySet<MatchedResult>>(new Set())
  const [refused, setRefused] = useState<ReadonlyMap<MatchedResult, Issue>>(new Map())
  const [issue, setIssue] = useState<Issue>()
  const [busy, setBusy] = useState(false)
  const open = matched.filter(one => !entered.has(one))
  const enter = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const text = fieldsOf(form)
    const proof = { password: text('password'), code: text('code').trim() }
    form.reset()
    setBusy(true)
    setIssue(undefined)
    const failed = await enterAll(client, chosen.bytes, open, proof, one => setEntered(held => new Set([...held, one])), setRefused)
    setBusy(false)
    setIssue(failed)
  }
  return (
    <>
      <Table
        caption={`What matches: ${matched.length} of ${matched.length + waiting.length}`}
        columns={['Line', 'Lot', 'Test', 'Result', 'Tested', 'Would be', 'State']}
        none="No row matches."
        rows={matched.map(one => ({
          key: `${one.lot} ${one.test}`,
          cells: [
            one.line,
            <a key="lot" href={`#/lot/${encodeURIComponent(one.lot)}`}>
              {one.lot}
            </a>,
            one.test,
            withUnit(one.raw, one.unit),
            one.tested_at,
            <Mark key="verdict" says={one.verdict} />,
            entered.has(one) ? 'entered' : (refused.get(one)?.what ?? ''),
          ],
        }))}
      />
      <Table
        caption="What waits"
        columns={['Line', 'Sample', 'Why', 'What to do']}
        none="Nothing."
        rows={waiting.map(({ line, sample, issue: why }, i) => ({ key: String(i), cells: [line, sample, why.what, why.remedy] }))}
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
  onEntered: (one: MatchedResult) => void,
  onRefused: (refused: ReadonlyMap<MatchedResult, Issue>) => void,
): Promise<Issue | undefined> {
  const stored = await client.store(bytes)
  if (!stored.ok) return stored.issue
  const refused = new Map<MatchedResult, Issue>()
  let { code } = proof
  for (const one of rows) {
    const { lot, test, raw, unit, tested_at, instrument, inputs } = one
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
    if (said.ok) onEntered(one)
    else refused.set(one, said.issue)
    onRefused(new Map(refused))
  }
  return undefined
}
