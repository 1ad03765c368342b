import { z } from 'zod'
import type { Capability } from '#platform/capability'
import { defineJob, handleJob } from '#platform/jobs'
import { auditAccess } from './access/audit.ts'
import { auditRoutes } from './access/audit-pages.tsx'
import { auditPath } from './access/audit-parts.tsx'
import { ownRightsRoutes } from './access/own-page.tsx'
import { tellFolded } from './access/refusals.ts'
import type { Askable } from './access/seeing.ts'
import { makeSeeingRoutes } from './access/seeing-page.tsx'
import { readSecurityEvents, streamRoutes } from './access/stream-api.ts'
import { manageAccounts } from './actions/accounts.ts'
import { loadDemoPeople } from './actions/people.ts'
import { routes } from './api.ts'
import { stepUpRoutes } from './assurance/step-up.tsx'
import { codeRoutes } from './codes/pages.tsx'
import { renewKeysCommand, tokenCommand } from './commands.ts'
import { directoryRoutes } from './directory/pages.tsx'
import { endOverdue } from './emergency/actions.ts'
import { approveEmergency, askEmergency, readEmergency, reviewEmergency } from './emergency/model.ts'
import { emergencyRoutes } from './emergency/pages.tsx'
import { guards } from './guards.ts'
import { inspectionsPath } from './inspection/form.tsx'
import { approveInspections, askInspections } from './inspection/model.ts'
import { inspectionRoutes } from './inspection/pages.tsx'
import { closeLeavers } from './lists/actions.ts'
import { activationRoutes } from './lists/activation-page.tsx'
import { accountListRoutes } from './lists/pages.tsx'
import { forgetFailuresMs, giveStandIns, sessionIdleMs } from './model.ts'
import { notices } from './notices.ts'
import { administrationRoutes } from './pages/administration.tsx'
import { managedAccountRoutes } from './pages/managed-account.tsx'
import { ownAccountRoutes } from './pages/own-account.tsx'
import { passkeyRoutes } from './passkeys/pages.tsx'
import { deleteOldChallenges } from './passkeys/store.ts'
import { caseRoutes } from './person/case-pages.tsx'
import { loadDemoCitizens } from './person/demo.ts'
import { lookUpPath, lookUpRoutes } from './person/look-up-page.tsx'
import { answerPermission, decidePermission, lookUpPermission, ownPermission } from './person/model.ts'
import { objectionRoutes } from './person/objection-pages.tsx'
import { ownPageRoutes } from './person/own-page.tsx'
import { casesPath, objectionsPath } from './person/paths.ts'
import { readPersonSettings } from './person/settings.ts'
import { whoLookedRoutes } from './person/who-looked-page.tsx'
import { appointRoutes } from './positions/appoint.tsx'
import { choosePositionRoutes } from './positions/choose.tsx'
import { clientEditRoutes } from './provider/client-edit.tsx'
import { clientFormRoutes } from './provider/client-form.tsx'
import { clientRoutes } from './provider/client-page.tsx'
import { interactionRoutes } from './provider/interaction.tsx'
import { rotateKeys } from './provider/keys.ts'
import { deliverLogout, endGoneSignOns } from './provider/logout.ts'
import { endSignOns, tellOfLogout } from './provider/logout-jobs.ts'
import { providerRoutes } from './provider/routes.ts'
import { interactionSignInRoutes } from './provider/sign-in.tsx'
import { deleteExpired } from './provider/store.ts'
import { deleteStale } from './session-store.ts'
import { signOnRoutes } from './sign-on/pages.tsx'
import { deleteStaleFlows as deleteStalePageFlows } from './sign-on/store.ts'
import { standInRoutes } from './stand-in/pages.tsx'
import { vneidRoutes } from './vneid/pages.tsx'
import { deleteStaleFlows } from './vneid/store.ts'

const tidySessions = defineJob('identity.tidy-sessions', z.object({}))
const rotateSigningKeys = defineJob('identity.rotate-signing-keys', z.object({}))
const closeLeaversJob = defineJob('identity.close-leavers', z.object({}))
const endEmergencies = defineJob('identity.end-emergencies', z.object({}))
const foldRefusals = defineJob('identity.fold-refusals', z.object({}))
const purgeProvider = defineJob('identity.purge-provider', z.object({}))

/** @param asked what an auditor may ask about: what the cards guard, and the addresses of all pages */
export const createIdentity = (asked: Askable): Capability => ({
  name: 'identity',
  home: import.meta.url,
  routes: [
    ...signOnRoutes,
    ...stepUpRoutes,
    ...passkeyRoutes,
    ...codeRoutes,
    ...ownAccountRoutes,
    ...standInRoutes,
    ...inspectionRoutes,
    ...administrationRoutes,
    ...managedAccountRoutes,
    ...accountListRoutes,
    ...activationRoutes,
    ...directoryRoutes,
    ...appointRoutes,
    ...choosePositionRoutes,
    ...emergencyRoutes,
    ...clientRoutes,
    ...clientFormRoutes,
    ...clientEditRoutes,
    ...providerRoutes,
    ...interactionRoutes,
    ...interactionSignInRoutes,
    ...lookUpRoutes,
    ...ownPageRoutes,
    ...whoLookedRoutes,
    ...objectionRoutes,
    ...caseRoutes,
    ...vneidRoutes,
    ...streamRoutes,
    ...ownRightsRoutes,
    ...auditRoutes,
    ...makeSeeingRoutes(asked),
    ...routes,
  ],
  menu: [
    { label: 'Tra cứu công dân', href: lookUpPath, permission: lookUpPermission, order: 20, group: 'top' },
    {
      label: 'Ý kiến về tra cứu',
      href: objectionsPath,
      permission: answerPermission,
      order: 910,
      group: 'administration',
    },
    {
      label: 'Hồ sơ cá nhân nghi trùng',
      href: casesPath,
      permission: decidePermission,
      order: 911,
      group: 'administration',
    },
    {
      label: 'Tài khoản',
      href: '/quan-tri/tai-khoan',
      permission: manageAccounts,
      order: 900,
      group: 'administration',
    },
    {
      label: 'Danh bạ cơ quan',
      href: '/quan-tri/danh-ba',
      permission: manageAccounts,
      order: 902,
      group: 'administration',
    },
    {
      label: 'Ứng dụng liên thông',
      href: '/quan-tri/ung-dung',
      permission: manageAccounts,
      order: 905,
      group: 'administration',
    },
    { label: 'Kiểm tra quyền', href: auditPath, permission: auditAccess, order: 906, group: 'administration' },
    {
      label: 'Quyền khẩn cấp',
      href: '/quan-tri/khan-cap',
      permission: readEmergency,
      order: 907,
      group: 'administration',
    },
    {
      label: 'Thanh tra, kiểm tra',
      href: inspectionsPath,
      permission: approveInspections,
      order: 915,
      group: 'administration',
    },
  ],
  notices,
  guards,
  commands: [tokenCommand, renewKeysCommand],
  permissions: {
    [askEmergency]: ['administrator'],
    [approveEmergency]: ['administrator', 'leader'],
    [reviewEmergency]: ['auditor', 'leader'],
    [readEmergency]: ['administrator', 'leader', 'auditor'],
    [manageAccounts]: ['administrator'],
    [giveStandIns]: ['leader', 'administrator'],
    [ownPermission]: ['citizen'],
    [lookUpPermission]: ['clerk'],
    [decidePermission]: ['clerk'],
    [answerPermission]: ['clerk', 'leader'],
    [auditAccess]: ['auditor', 'administrator'],
    [readSecurityEvents]: ['auditor', 'administrator'],
    [askInspections]: ['administrator'],
    [approveInspections]: ['leader', 'administrator'],
  },
  jobs: [
    handleJob(
      tidySessions,
      (ctx) =>
        deleteStale(ctx.sql, {
          now: ctx.now,
          seenSince: new Date(ctx.now.getTime() - sessionIdleMs),
          failedSince: new Date(ctx.now.getTime() - forgetFailuresMs),
        }),
      '17 * * * *',
    ),
    handleJob(rotateSigningKeys, rotateKeys, '23 * * * *'),
    // Ten minutes after midnight in Việt Nam, and each hour after it for what was missed.
    handleJob(closeLeaversJob, closeLeavers, '10 * * * *'),
    handleJob(
      purgeProvider,
      async (ctx) => {
        await deleteExpired(ctx.sql, ctx.now)
        await deleteStaleFlows(ctx.sql, ctx.now)
        await deleteStalePageFlows(ctx.sql, ctx.now)
        await deleteOldChallenges(ctx.sql, ctx.now)
      },
      '*/10 * * * *',
    ),
    handleJob(endEmergencies, endOverdue, '* * * * *'),
    handleJob(foldRefusals, tellFolded, '* * * * *'),
    handleJob(endSignOns, endGoneSignOns, '* * * * *'),
    handleJob(tellOfLogout, deliverLogout),
  ],
  async purposes(packDir) {
    const purposes = (await readPersonSettings(packDir))?.purposes ?? []
    return { [lookUpPermission]: purposes }
  },
  async loadPack(ctx, config) {
    if (!config.demo) return
    await loadDemoPeople(ctx, config)
    await loadDemoCitizens(ctx, config.packDir)
  },
})
