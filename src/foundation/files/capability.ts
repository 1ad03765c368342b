import type { Capability } from '#platform/capability'
import { filesJobs } from './jobs.ts'
import { uploadRoutes } from './uploads/routes.ts'

export const files: Capability = {
  name: 'files',
  home: import.meta.url,
  routes: uploadRoutes,
  jobs: filesJobs,
}
