import { type Policy, settingsFor } from '../model/policy.ts'

/**
 * Services, and single callers of services, to whom an enforced authorization lets no call through: it
 * denies by default and no rule allows.
 * @returns like `cart` and `cart for batch`, in order of the document
 */
export function deniedEntirely(policy: Policy): string[] {
  return [...policy.services].flatMap(([name, service]) =>
    ['', ...service.callers.keys()].flatMap((caller) => {
      if (caller !== '' && service.callers.get(caller)!.authorization === undefined) return []
      const settings = settingsFor(service, caller, 'authorization')
      if (settings?.mode !== 'enforce' || settings.default !== 'deny') return []
      if (settings.rules.some(({ action }) => action === 'allow')) return []
      return [caller === '' ? name : `${name} for ${caller}`]
    }),
  )
}
