// An instant of the record, as the record writes it: UTC to the minute, the whole text on demand.
export function Time({ at }: { readonly at: string }) {
  if (at === '') return null
  return (
    <time dateTime={at} title={at}>
      {new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC
    </time>
  )
}
