// Handlers of the cases: what is in the folder, within the asker's site and studies; runs; what is handed over to the record.
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { gatherCohort, pairsToLookAt } from '@cognate/core/case'
import type { CohortEntry } from '../cli/cohort-cases.ts'
import { readHandoverFolder } from '../read/handover-folder.ts'
import { readFunnel } from '../write/funnel-file.ts'
import {
  type CasePlace,
  type CaseResults,
  caseLine,
  compareCases,
  entriesOf,
  fileLines,
  filesOf,
  pictureOf,
  resultsOf,
} from './case-desk.ts'
import type { CaseRuns } from './case-runs.ts'
import { done, type Handlers } from './handler.ts'
import { type PageQuery, sendFile, sendPage, sendPicture } from './results-files.ts'
import type { Gate } from './scope.ts'
import { type DesignWish, designScreen, designsOf } from './screen-designs.ts'
import type { Call } from './server.ts'

export interface Cases {
  readonly place: CasePlace
  readonly runs: CaseRuns
}

interface Found extends CaseResults {
  readonly cases: Cases
}

export function caseHandlers(cases: Cases | undefined, gate: Gate): Handlers {
  const find = async (call: Call): Promise<Result<Found, Issue>> => {
    const entries = entriesOf(cases?.place)
    if (!entries.ok) return entries
    const id = call.params.id!
    const entry = entries.value.find(one => one.id === id)
    if (entry === undefined || cases === undefined)
      return fail(issue('not-found', `there is no case ${id}`, 'see which cases the server has; its folder is given by `serve --cases`'))
    const may = await gate.allowed(call, placeOf(entry), { kind: 'case', id, version: 0 })
    return may.ok ? ok({ ...resultsOf(cases.place, entry), cases }) : may
  }
  const noted = (call: Call, action: string) => gate.note(call, action, { kind: 'case', id: call.params.id!, version: 0 })

  return {
    async 'case.list'(call) {
      const entries = entriesOf(cases?.place)
      if (!entries.ok) return entries
      const visible = entries.value.filter(entry => call.mayAt(placeOf(entry)).ok)
      return done({
        given: cases !== undefined,
        cases: visible.map(entry => ({ ...caseLine(resultsOf(cases!.place, entry)), run: cases!.runs.of(entry.id) ?? null })),
      })
    },
    async 'case.compare'(call) {
      const entries = entriesOf(cases?.place)
      if (!entries.ok) return entries
      const visible = entries.value.filter(entry => call.mayAt(placeOf(entry)).ok)
      const cohort = cases === undefined ? gatherCohort([]) : await compareCases(cases.place, visible)
      return done({
        compared: cohort.compared,
        finished: cohort.cases.filter(({ kind }) => kind === 'finished').length,
        unfinished: cohort.cases.flatMap(one => (one.kind === 'unfinished' ? { id: one.id, why: one.why } : [])),
        pairs: pairsToLookAt(cohort).map(({ a, b, findings }) => ({ a, b, findings: findings.map(({ text }) => text) })),
        recurrent: cohort.recurrent,
        public: cohort.publicReceptors,
      })
    },
    async 'case.show'(call) {
      const found = await find(call)
      if (!found.ok) return found
      const { entry, folder, records, cases: has } = found.value
      const opened = entry.opened.ok ? entry.opened.value : undefined
      return done({
        ...caseLine(found.value),
        run: has.runs.of(entry.id) ?? null,
        hla: opened?.hla ?? [],
        lesions: opened?.file.til.map(({ lesion }) => lesion) ?? [],
        funnel: readFunnel(folder),
        caveats: [...records.values()].flatMap(({ caveats }) => caveats),
        files: fileLines(filesOf(found.value)),
        designs: designsOf(folder),
      })
    },
    async 'case.table'(call) {
      const found = await find(call)
      return found.ok ? sendPage(filesOf(found.value), call.params.table!, call.query as PageQuery) : found
    },
    async 'case.file'(call) {
      const found = await find(call)
      return found.ok ? sendFile(filesOf(found.value), call.params.file!, call.params.id!) : found
    },
    async 'case.figure'(call) {
      const found = await find(call)
      return found.ok ? sendPicture(pictureOf(found.value, call.params.figure!), call.params.figure!) : found
    },
    async 'case.handover'(call) {
      const found = await find(call)
      if (!found.ok) return found
      const handover = readHandoverFolder(found.value.folder)
      return handover.ok ? done(handover.value) : handover
    },
    async 'case.run'(call) {
      const found = await find(call)
      if (!found.ok) return found
      const { entry, folder, cases: has } = found.value
      if (!entry.opened.ok) return fail({ ...entry.opened.issue, code: 'input' })
      const started = has.runs.start(entry.id, entry.path, folder, call.asker.account)
      if (!started.ok) return started
      await noted(call, 'case-run')
      return done(started.value, { status: 202 })
    },
    async 'case.stop'(call) {
      const found = await find(call)
      if (!found.ok) return found
      const stopped = found.value.cases.runs.stop(found.value.entry.id, call.asker.account)
      if (!stopped.ok) return stopped
      await noted(call, 'case-stop')
      return done(stopped.value)
    },
    async 'case.design'(call) {
      const found = await find(call)
      if (!found.ok) return found
      const said = await designScreen(found.value.cases.runs.program, found.value, call.body as unknown as DesignWish)
      if (!said.ok) return said
      await noted(call, 'screen-design')
      return done(said.value, { status: 201 })
    },
    async 'case.progress'(call) {
      const found = await find(call)
      if (!found.ok) return found
      const lines = found.value.cases.runs.follow(found.value.entry.id)
      // a proxy in between must not keep the lines until it has enough
      return done(lines ?? '', { type: 'text/plain; charset=utf-8', headers: { 'x-accel-buffering': 'no' } })
    },
  }
}

/** Of whom a case is: one that names no site or study is of all, and so is one that cannot be read, which says nothing but its name. */
const placeOf = ({ opened }: CohortEntry) =>
  opened.ok ? { site: opened.value.file.site ?? '', study: opened.value.file.study ?? '' } : { site: '', study: '' }
