// What a command came to, and who is to be told.
import type { Done } from '../client/record-client.ts'

export function Recorded({ done: { entity, alerts = [], officer_code, administrator_code, station_code } }: { readonly done: Done }) {
  const half = officer_code ?? administrator_code
  return (
    <>
      <p className="recorded" role="status">
        Recorded: {entity.kind.replace('_', ' ')} <code>{entity.id}</code>, version {entity.version}.
      </p>
      {half === undefined ? null : (
        <p>
          Your half of the enrolment code, for {entity.id} and nobody else, shown this once: <code className="big">{half}</code>
        </p>
      )}
      {station_code === undefined ? null : (
        <p>
          Code of the station {entity.id}, to be typed at it (<code>#/station</code>) within seven days, good once, shown this once:{' '}
          <code className="big">{station_code}</code>
        </p>
      )}
      {alerts.map(({ to, text }) => (
        <p key={text} className="problem" role="alert">
          To {to.join(', ')}: {text}
        </p>
      ))}
      <p className="choices">
        {entity.kind === 'lot' ? <a href={`#/lot/${encodeURIComponent(entity.id)}`}>The lot</a> : null}
        {entity.kind === 'recall' ? <a href={`#/recalls/${encodeURIComponent(entity.id)}`}>The recall</a> : null}
        {entity.kind === 'template' ? <a href={`#/templates/${encodeURIComponent(entity.id)}`}>The template</a> : null}
        <a href="#/board">Board</a>
        <a href="#/do">Record something else</a>
      </p>
    </>
  )
}
