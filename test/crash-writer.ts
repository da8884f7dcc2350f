// A writer that is killed: opens the record, says which acknowledged ids are missing, then writes and says what was acknowledged. Arguments: folder, database URL or `-`, file of acknowledged ids, failpoint or `-`.
import { existsSync, readFileSync, writeSync } from 'node:fs'
import { openRecord } from '../packages/node/src/store/open-record.ts'
import { enrolSubject, setUpCarl } from './record-fixture.ts'

const [folder = '', url = '-', acks = '', failpoint = '-'] = process.argv.slice(2)
const [name, countText] = failpoint.split(':')
let count = Number(countText ?? 1)
const say = (line: string) => writeSync(1, `${line}\n`)

const opened = await openRecord({
  folder,
  databaseUrl: url === '-' ? undefined : url,
  site: 'cognate.example/crash',
  failpoint: at => {
    if (at === name && --count <= 0) process.kill(process.pid, 'SIGKILL')
  },
})
if (!opened.ok) {
  say(`refused ${opened.issue.code} ${opened.issue.what}`)
  process.exit(1)
}
const { store } = opened.value
const { rows } = await store.pool.query("SELECT 1 FROM account WHERE id = 'carl'")
if (rows.length === 0) await setUpCarl(store)
const promised = existsSync(acks)
  ? readFileSync(acks, 'utf8')
      .trim()
      .split('\n')
      .filter(id => id !== '')
  : []
const { rows: missing } = await store.pool.query<{ id: string }>(
  'SELECT p.id FROM unnest($1::text[]) AS p (id) WHERE NOT EXISTS (SELECT FROM subject AS s WHERE s.id = p.id)',
  [promised],
)
say(`checked ${promised.length} missing ${missing.length} size ${store.logs.record.tree.size}`)
let n = 0
const write = async (): Promise<void> => {
  for (;;) {
    const id = `${process.pid}-${store.logs.record.tree.size}-${n++}`
    const answer = await enrolSubject(store, id)
    if (answer.ok) say(`ack ${id}`)
    else say(`fault ${answer.issue.code}`)
    if (!answer.ok) await new Promise(resolve => setTimeout(resolve, 50))
  }
}
await Promise.all(Array.from({ length: 8 }, write))
