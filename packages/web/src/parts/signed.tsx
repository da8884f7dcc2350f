// Who and when.
import { Time } from './time.tsx'

export function Signed({ by, at }: { readonly by: string; readonly at: string }) {
  return (
    <>
      {by} <Time at={at} />
    </>
  )
}
