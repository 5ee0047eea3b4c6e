import { type Policy, settingsByCaller } from '../model/policy.ts'

/**
 * Services, and single callers of services, to whom an enforced authorization lets no call through: it
 * denies by default and no rule allows.
 * @returns like `cart` and `cart for batch`, in order of the document
 */
export function deniedEntirely(policy: Policy): string[] {
  return [...policy.services].flatMap(([name, service]) =>
    settingsByCaller(service, 'authorization').flatMap(({ caller, settings }) => {
      if (settings.mode !== 'enforce' || settings.default !== 'deny') return []
      if (settings.rules.some(({ action }) => action === 'allow')) return []
      return [caller === '' ? name : `${name} for ${caller}`]
    }),
  )
}
