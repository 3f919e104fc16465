// Trains on the server.
export const dynamic = 'force-dynamic'

export default async function Page() {
  const { losses } = await import('../../losses.js')
  return <p>{await losses}</p>
}
